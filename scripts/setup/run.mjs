/** Runs other programs so that a Ctrl-C ends them too, and so that their output is at hand when they fail. */
import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import path from 'node:path'

const running = new Set()
let watching = false
const GRACE_MS = 1500

/**
 * On Ctrl-C or a polite kill, ends what was started, waits until it has ended, and leaves: whatever was half done is done again by the next
 * set-up, which must not meet a program of this one still at work (npm tidies up for many seconds after it was asked to end).
 */
function watchSignals() {
  if (watching) return
  watching = true
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ]) {
    process.on(signal, () => {
      for (const child of running) {
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
      }
      if (!running.size) process.exit(status)
      for (const child of running) child.on('exit', () => running.size || process.exit(status))
    })
  }
}

/** From now until it ends, the child is ended when this process is. */
export function track(child) {
  watchSignals()
  running.add(child)
  for (const event of ['exit', 'error']) child.on(event, () => running.delete(child))
}

/**
 * Runs a program to its end. Never rejects: a program that cannot be started has `status` null and the error in `output`.
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv, onTick?: () => void, stalled?: () => boolean, signal?: AbortSignal}} options
 *   onTick is called twice a second while it runs; when `stalled` answers true, the program is ended. With `signal` it is the caller
 *   who ends it, also when this process is to end.
 * @returns {Promise<{status: number | null, output: string, stalled: boolean}>} output: the last 20,000 characters of stdout and stderr
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    let output = ''
    let stalled = false
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (!options.signal) track(child)
    const abort = () => child.kill('SIGTERM')
    options.signal?.addEventListener('abort', abort)
    const timer = setInterval(() => {
      options.onTick?.()
      if (options.stalled?.()) {
        stalled = true
        child.kill('SIGKILL')
      }
    }, 500)
    const end = (status) => {
      clearInterval(timer)
      options.signal?.removeEventListener('abort', abort)
      resolve({ status, output, stalled })
    }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text) => {
        output = (output + text).slice(-20_000)
      })
    }
    child.on('error', (error) => {
      output += error.message
      end(null)
    })
    child.on('close', (status) => end(status))
  })
}

/** The first of these programs that is on PATH, as an absolute path; undefined when none is. */
export function findProgram(names, env = process.env) {
  const folders = (env.PATH ?? '').split(path.delimiter).filter(Boolean)
  for (const name of names.filter(Boolean)) {
    for (const candidate of path.isAbsolute(name) ? [name] : folders.map((folder) => path.join(folder, name))) {
      try {
        accessSync(candidate, constants.X_OK)
        return candidate
      } catch {}
    }
  }
}

/** What programs bury under a line that says less: pip calls an unreachable index "No matching distribution found". */
const ROOT_CAUSES =
  /(temporary failure in name resolution|name or service not known|EAI_AGAIN|ENOTFOUND|connection refused|ECONNREFUSED|network is unreachable|timed out|ETIMEDOUT|certificate verify failed|no space left on device|ENOSPC)/i

/** What went wrong, from a program's output: a cause that is known to be one, else its last line that speaks of a failure. */
export function lastError(output) {
  const cause = ROOT_CAUSES.exec(output)?.[1]
  const lines = output
    .split(/[\r\n]+/)
    .map((text) => text.trim())
    .filter((text) => text && !text.includes('A complete log of this run') && !/^at /.test(text))
  const telling = lines.filter((text) =>
    /error|fail|cannot|could not|no such|no space|denied|not found|unreachable/i.test(text),
  )
  const last = (telling.at(-1) ?? lines.at(-1) ?? 'it gave no reason').slice(0, 300)
  if (!cause) return last
  const short = lines.find((text) => text.includes(cause) && text.length < 160)
  return short ?? `${cause}: ${last}`
}
