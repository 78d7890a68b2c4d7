/** The engine's process as the host sees it: Electron's utilityProcess has the same face. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts'

export interface EngineExit {
  code: number | null
  signal: string | null
}

export interface EngineProcess {
  /** Tells its process id as soon as there is one. */
  onSpawn(listener: (pid: number) => void): void
  send(message: ToEngine): void
  /** Closes the channel: the engine ends by itself. */
  disconnect(): void
  /** Ends it at once. */
  kill(): void
  onMessage(listener: (message: FromEngine) => void): void
  /** What it writes to stdout and stderr. */
  onOutput(listener: (text: string) => void): void
  onExit(listener: (exit: EngineExit) => void): void
}

export type StartEngine = () => EngineProcess

/** glibc keeps the buffers of past steps instead of giving them back and faulting them in again at every step. */
const allocator = { MALLOC_MMAP_THRESHOLD_: '33554432', MALLOC_TRIM_THRESHOLD_: '4000000000' }

export function engineEnvironment(): Record<string, string> {
  return { ...allocator, ...(process.env as Record<string, string>) }
}

/** How long its output may come in after its end, should a process of its own still hold it open; milliseconds. */
const lastWords = 500

/** In a process group of its own, so that Ctrl-C in the terminal reaches the host alone, which ends the engine in order. */
export function forkEngine(entry: URL): EngineProcess {
  const child: ChildProcess = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: process.platform !== 'win32',
    execArgv: [],
    env: engineEnvironment(),
  })
  // A message to an engine that has just died has nowhere to go; its exit is reported by itself.
  const ignore = () => {}
  child.on('error', ignore)
  if (child.pid !== undefined) giveWay(child.pid)
  const ended = endOf(child)
  return {
    onSpawn: (listener) => void (child.pid !== undefined && listener(child.pid)),
    send: (message) => void (child.connected && child.send(message, ignore)),
    disconnect: () => void (child.connected && child.disconnect()),
    kill: () => void child.kill('SIGKILL'),
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromEngine)),
    onOutput(listener) {
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', listener)
    },
    onExit: (listener) => void ended.then(listener),
  }
}

/**
 * The engine takes all cores: window and host come first, which costs it nothing while they have nothing to do. The operating
 * systems' "below normal", 10 on Linux: a lesser one says nothing to Windows, and at 5 Linux still let the window wait.
 */
const niceness = constants.priority.PRIORITY_BELOW_NORMAL

export function giveWay(pid: number): void {
  try {
    setPriority(pid, niceness)
    // Linux shares the processor between sessions first, and this is a session of its own
    if (process.platform === 'linux') writeFileSync(`/proc/${pid}/autogroup`, String(niceness))
  } catch {
    // gone already, or not possible here: then they share alike
  }
}

/**
 * When the process is gone and all that it said was heard. ('close' would be that, but it never comes for a child from which this
 * side disconnected first.)
 */
async function endOf(child: ChildProcess): Promise<EngineExit> {
  if (child.pid === undefined) return { code: null, signal: null }
  const disconnected = once(child, 'disconnect')
  const streams = [child.stdout, child.stderr].map((stream) => stream && once(stream, 'close'))
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  await disconnected
  await Promise.race([Promise.all(streams), sleep(lastWords, undefined, { ref: false })])
  return { code, signal }
}
