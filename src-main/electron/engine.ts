/** The engine as Electron's utility process: the face of EngineProcess that child_process.fork has without Electron. */
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { utilityProcess } from 'electron'
import type { FromEngine } from '../contract/engine-messages.ts'
import { type EngineExit, type EngineProcess, engineEnvironment, giveWay } from '../host/engine-process.ts'

export function startUtilityEngine(entry: URL): EngineProcess {
  const child = utilityProcess.fork(fileURLToPath(entry), [], {
    serviceName: 'grpo-studio engine',
    stdio: 'pipe',
    env: engineEnvironment(),
  })
  // unlike a forked Node, it has no process id before it has spawned
  const spawned = new Promise<number>((resolve) => child.once('spawn', () => resolve(child.pid!)))
  void spawned.then(giveWay)
  return {
    onSpawn: (listener) => void spawned.then(listener),
    send: (message) => child.postMessage(message),
    // A utility process has no channel to close: what it had to say is said when this is called.
    disconnect: () => void child.kill(),
    // it may have ended by itself meanwhile
    kill: () => void spawned.then((pid) => process.kill(pid, 'SIGKILL')).catch(() => {}),
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
