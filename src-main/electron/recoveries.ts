/** What becomes of a window whose renderer has ended: it is loaded again, unless that has just been tried too often. */

/** So many in so much time are one after another for the same reason. */
const most = 3
const within = 60_000

export type Recovery = 'none' | 'reload' | 'ask'

export class Recoveries {
  #at: number[] = []

  /**
   * @param reason as Electron has it
   * @param now in milliseconds
   */
  next(reason: string, now: number): Recovery {
    if (reason === 'clean-exit') return 'none'
    this.#at = this.#at.filter((then) => now - then < within)
    if (this.#at.length >= most) return 'ask'
    this.#at.push(now)
    return 'reload'
  }

  /** The person asked for it: it is tried anew. */
  forget(): void {
    this.#at = []
  }
}

const words: Record<string, string> = {
  crashed: 'it crashed',
  oom: 'it ran out of memory',
  killed: 'the system ended it',
  'abnormal-exit': 'it ended with an error',
  'launch-failed': 'it could not be started',
  'integrity-failure': 'its code is not what was installed',
  'memory-eviction': 'the system needed its memory',
}

export const whyGone = (reason: string): string => words[reason] ?? reason
