/** Processor time on Linux, which other work beside a bench does not lengthen. */
import { existsSync, readFileSync } from 'node:fs'

/** What Linux counts in, on every machine that Node runs on. */
const TICKS_PER_SECOND = 100

/** Processor seconds so far of a process, and of all others together; undefined elsewhere than on Linux. */
export function busySeconds(pid: number): { own: number; others: number } | undefined {
  if (!existsSync('/proc/stat')) return undefined
  const [user, nice, system, , , irq, softIrq] = /^cpu +(.*)/
    .exec(readFileSync('/proc/stat', 'utf8'))![1]
    .split(' ')
    .map(Number)
  // the fields after the command, which may hold spaces: utime and stime are the 14th and 15th of all
  const own = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  const mine = Number(own[11]) + Number(own[12])
  return {
    own: mine / TICKS_PER_SECOND,
    others: (user + nice + system + irq + softIrq - mine) / TICKS_PER_SECOND,
  }
}
