/** Can the Electron window be had here? And its binary, which the npm package does not carry. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { folderSize, readJson, writeWhole } from './files.mjs'
import { node24 } from './places.mjs'
import { bytes } from './report.mjs'
import { lastError, run } from './run.mjs'

const STALL_MS = 30_000
const RETRY_AFTER_MS = 24 * 3600 * 1000

/** The path of Electron's executable, or undefined. Requiring `electron` to find it would start its download. */
export function electronBinary(root) {
  const folder = path.join(root, 'node_modules', 'electron')
  try {
    const executable = path.join(folder, 'dist', readFileSync(path.join(folder, 'path.txt'), 'utf8'))
    return existsSync(executable) ? executable : undefined
  } catch {
    return undefined
  }
}

/** Why a window of Electron cannot be opened here whatever is installed, or undefined when it can. */
export function noWindowBecause({ env = process.env, platform = process.platform, uid = process.getuid?.() } = {}) {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY)
    return 'there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)'
  if (uid === 0) return "it was started as root, where Chromium's sandbox cannot work"
  return undefined
}

/**
 * Decides between Electron and browser mode, downloading Electron's binary when only that is missing. A download that failed is not
 * tried again for a day, so that the next start is quick.
 * @returns {Promise<{binary: string} | {reason: string}>}
 */
export async function chooseWindow(context) {
  const { root } = context
  const reason = noWindowBecause(context)
  if (reason) return { reason }
  const binary = electronBinary(root)
  if (binary) return { binary }
  const remembered = path.join(root, '.setup', 'electron-failure.json')
  const { version } = readJson(path.join(root, 'node_modules', 'electron', 'package.json')) ?? {}
  const failure = readJson(remembered)
  if (failure?.version === version && Date.now() - failure.at < RETRY_AFTER_MS)
    return {
      reason: `${failure.reason} (tried ${new Date(failure.at).toLocaleString()}; delete ${path.relative(root, remembered)} to try now)`,
    }

  const why = await download(context)
  const installed = electronBinary(root)
  if (installed) return { binary: installed }
  const missing = `Electron's binary could not be downloaded: ${why}`
  writeWhole(remembered, JSON.stringify({ version, at: Date.now(), reason: missing }))
  return { reason: missing }
}

/** Runs the install script of the `electron` package. @returns {Promise<string>} what it said if it failed */
async function download({ root, env, report }) {
  report.line('Electron: downloading its binary, about 120 MB')
  const temporary = path.join(root, '.setup', `electron-${process.pid}`)
  mkdirSync(temporary, { recursive: true })
  let reached = 0
  let reachedAt = Date.now()
  try {
    const { output, stalled } = await run(
      node24(root).executable,
      [path.join(root, 'node_modules', 'electron', 'install.js')],
      {
        env: { ...env, TMPDIR: temporary },
        onTick() {
          const now = folderSize(temporary) + folderSize(path.join(root, 'node_modules', 'electron', 'dist'))
          if (now > reached) reachedAt = Date.now()
          reached = Math.max(reached, now)
          report.progress(`Electron: ${bytes(reached)}`)
        },
        stalled: () => Date.now() - reachedAt > STALL_MS,
      },
    )
    return stalled ? `nothing arrived for ${STALL_MS / 1000} s` : lastError(output)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}
