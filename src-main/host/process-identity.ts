/** Whether a process that was seen earlier still lives. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProcessIdentity {
  pid: number
  /** A pid is used again; with its start time it is one process only. Null where the system does not tell. */
  startTime: string | null
}

export function identify(pid: number): ProcessIdentity {
  return { pid, startTime: startTimeOf(pid) }
}

export function isAlive(process_: ProcessIdentity): boolean {
  try {
    process.kill(process_.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return startTimeOf(process_.pid) === process_.startTime
}

/** Gives it the time to end by itself, then ends it. */
export async function waitForEnd(process_: ProcessIdentity, patience = 3000): Promise<void> {
  for (let waited = 0; waited < patience; waited += 50) {
    if (!isAlive(process_)) return
    await sleep(50)
  }
  try {
    process.kill(process_.pid, 'SIGKILL')
  } catch {
    return
  }
  for (let waited = 0; waited < 2000 && isAlive(process_); waited += 50) await sleep(50)
}

function startTimeOf(pid: number): string | null {
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The second field, the name, may hold spaces and parentheses; start time is the 22nd. A zombie has ended.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? 'ended' : fields[19]
    }
    if (process.platform === 'win32') return null
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || null
  } catch {
    return null
  }
}
