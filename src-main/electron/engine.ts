/** The engine as Electron's utility process: the face of EngineProcess that child_process.fork has without Electron. */
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { utilityProcess } from 'electron'
import type { FromEngine } from '../contract/engine-messages.ts'
import type { EngineExit, EngineProcess } from '../host/engine-process.ts'

export function startUtilityEngine(entry: URL): EngineProcess {
  const child = utilityProcess.fork(fileURLToPath(entry), [], { serviceName: 'grpo-studio engine', stdio: 'pipe' })
  let pid: number | undefined
  child.once('spawn', () => {
    pid = child.pid
  })
  return {
    get pid() {
      return pid ?? child.pid
    },
    send: (message) => child.postMessage(message),
    // A utility process has no channel to close: what it had to say is said when this is called.
    disconnect: () => void child.kill(),
    kill() {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
    onOutput(listener) {
      for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => listener(String(data)))
    },
    onExit: (listener) => void child.once('exit', (status) => listener(exitOf(status))),
  }
}

/** On POSIX the status of a process that a signal ended is that signal's number. */
function exitOf(status: number): EngineExit {
  const ended = Object.entries(constants.signals).find(([, number]) => number === status)
  const bySignal = process.platform !== 'win32' && ended && status > 2
  return bySignal ? { code: null, signal: ended[0] } : { code: status, signal: null }
}
