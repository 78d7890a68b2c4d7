/** Wheels from PyPI, by pip, which checks their hashes. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { folderSize } from './files.mjs'
import { bytes } from './report.mjs'
import { findProgram, lastError, run } from './run.mjs'

const STALL_MS = 120_000

/**
 * @param {string} what it downloads, for messages
 * @param {(missing: string) => Error} problem makes the error to throw
 * @returns {Promise<string>} a Python 3 that has pip
 */
export async function findPip(env, what, problem) {
  const python = findProgram([env.PYTHON, 'python3', 'python'], env)
  if (!python) throw problem(`Python 3, whose pip downloads ${what}, is not on PATH`)
  const { status } = await run(python, ['-m', 'pip', '--version'], { env })
  if (status !== 0) throw problem(`${python} has no pip, which downloads ${what} (Debian: apt install python3-pip)`)
  return python
}

/**
 * @param {{title: string, download: number, requirements: string[]}} pins `name==version --hash=sha256:…`
 * @param {{python: string, env: NodeJS.ProcessEnv, report: {line(text: string): void, progress(text: string): void},
 *   options?: string[], problem: (missing: string) => Error, signal?: AbortSignal, onBytes?: (arrived: number) => void}} context options
 *   are pip's, beside the usual ones; signal ends the download
 * @returns {Promise<string[]>} the wheels, in `folder`
 */
export async function downloadWheels(pins, folder, { python, env, report, options = [], problem, signal, onBytes }) {
  const size = bytes(pins.download)
  report.line(`${pins.title}: downloading ${size} from PyPI with pip`)
  const temporary = path.join(folder, 'temporary')
  mkdirSync(temporary, { recursive: true })
  const list = path.join(folder, 'requirements.txt')
  writeFileSync(list, `${pins.requirements.join('\n')}\n`)
  let reached = 0
  let reachedAt = Date.now()
  const usual = [
    '--no-cache-dir',
    '--no-deps',
    '--only-binary=:all:',
    '--retries',
    '2',
    '--timeout',
    '30',
    '--progress-bar',
    'off',
  ]
  const { status, output, stalled } = await run(
    python,
    ['-m', 'pip', 'download', '--require-hashes', ...usual, ...options, '--dest', folder, '-r', list],
    {
      signal,
      env: { ...env, TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      onTick() {
        const now = folderSize(folder)
        if (now > reached) reachedAt = Date.now()
        reached = Math.max(reached, now)
        onBytes?.(Math.min(reached, pins.download))
        report.progress(`${pins.title}: ${bytes(Math.min(reached, pins.download))} of ${size}`)
      },
      stalled: () => Date.now() - reachedAt > STALL_MS,
    },
  )
  const why = stalled ? `nothing arrived for ${STALL_MS / 1000} s` : lastError(output)
  if (status !== 0) throw problem(`${pins.title} could not be downloaded (${why})`)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .map((name) => path.join(folder, name))
}
