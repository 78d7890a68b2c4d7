/** Builds the window (and for Electron its main process), when the sources differ from those of the last build. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { readJson, writeWhole } from './files.mjs'
import { node24 } from './places.mjs'
import { SetupProblem } from './report.mjs'
import { lastError, run } from './run.mjs'

const COMMON = [
  'package-lock.json',
  'electron.vite.config.ts',
  'scripts/build-renderer.ts',
  'src-renderer',
  'src-main/contract',
  'resources/messages',
]

/** For browser mode. @throws SetupProblem */
export const buildRenderer = (context) =>
  build(context, 'renderer', COMMON, 'out/renderer/index.html', ['scripts/build-renderer.ts'])

/** For Electron. @throws SetupProblem */
export const buildApp = (context) =>
  build(context, 'app', [...COMMON, 'src-main'], 'out/main/main.js', [
    'node_modules/electron-vite/bin/electron-vite.js',
    'build',
  ])

async function build({ root, env, report }, name, sources, product, args) {
  const stamp = path.join(root, 'out', `.${name}.json`)
  const hash = hashOf(root, sources)
  if (readJson(stamp)?.hash === hash && existsSync(path.join(root, product))) return
  rmSync(stamp, { force: true })
  const start = Date.now()
  report.line('The window: building it from its sources')
  const { status, output } = await run(node24(root).executable, args, {
    cwd: root,
    env: { ...env, NO_COLOR: '1' },
    onTick: () => report.progress(`The window: building, ${Math.round((Date.now() - start) / 1000)} s`),
  })
  if (status !== 0 || !existsSync(path.join(root, product))) {
    report.line(output)
    throw new SetupProblem(
      `The window could not be built (${lastError(output)})`,
      'The app has nothing to show',
      'bin/grpo-studio works without it',
    )
  }
  writeWhole(stamp, JSON.stringify({ hash }))
  report.line(`The window: built in ${Math.round((Date.now() - start) / 1000)} s`)
}

/** SHA-256 over the names and contents of all files under `sources`. */
export function hashOf(root, sources) {
  const hash = createHash('sha256')
  const add = (name) => {
    const file = path.join(root, name)
    if (!existsSync(file)) return
    const entries = readdirIfFolder(file)
    if (entries) for (const entry of entries.sort()) add(path.join(name, entry))
    else hash.update(`${name}\0`).update(readFileSync(file)).update('\0')
  }
  for (const source of sources) add(source)
  return hash.digest('hex')
}

function readdirIfFolder(file) {
  try {
    return readdirSync(file)
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  }
}
