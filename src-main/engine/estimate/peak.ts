/** The process's peak of memory, and its clock. */
import { existsSync, readFileSync } from 'node:fs'

/** A try takes no more than this, about; seconds. */
export const PATIENCE = 10

/** What a part's measuring gives, beside where it was measured. */
export type Reading<M> = Omit<M, 'part' | 'backend' | 'device' | 'peaks'>

/** Most bytes that this process held at once. On Linux its own alone: getrusage counts what its parent had when it was forked. */
export function peak(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : ''
  const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]
  return 1024 * Number(kibibytes ?? process.resourceUsage().maxRSS)
}

/** Seconds of the work: the median of a few times where it is short, as something else may compute meanwhile. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  do {
    const started = performance.now()
    await work()
    taken.push((performance.now() - started) / 1000)
  } while (taken.length < 5 && taken.reduce((sum, s) => sum + s, 0) < 1)
  return middle(taken)
}

export const middle = (values: number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
