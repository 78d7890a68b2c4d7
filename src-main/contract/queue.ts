/** The queue: runs that wait their turn, as they are asked for and as whoever watches sees them. */
import { z } from 'zod'
import type { ErrorReport } from './errors.ts'

/** So many may wait at once. */
export const queueLimit = 1000

export interface QueueEntry {
  /** Ordinal for people: q1, q2 … */
  id: number
  title: string
  /** Name of its recipe. */
  recipe: string
  seed: number
  steps: number
  backend: string | null
  addedAt: string
  /** `failed`: it was refused at its start; it stays listed until it is removed. */
  status: 'waiting' | 'failed'
  /** Why it was refused. */
  error: ErrorReport | null
  /** Seconds that it will take, by its estimate or else by the pace of the newest run of its recipe; null: nothing is known. */
  seconds: number | null
  /** The sweep that it belongs to, and the label of its cell. */
  sweep: string | null
  cell: string | null
}

/**
 * Why nothing starts although runs wait: the app was opened and nothing has run since, a person held the queue, or the disk refused the last
 * start. A run that is paused holds it, too, without being named here.
 */
export type QueueHold = 'opened' | 'person' | 'disk'

export interface QueueState {
  /** Those that wait, in their order, then those that were refused. */
  entries: QueueEntry[]
  hold: QueueHold | null
  /** What the disk said. */
  error: ErrorReport | null
  /** The run that the queue goes on with first when it is started: one of its own that was cut off. */
  cutOff: number | null
}

export const entryIds = z.object({ ids: z.array(z.number().int().min(1)).min(1).max(queueLimit) })

export const queueMove = z.object({
  id: z.number().int().min(1),
  /** Its new place among those that wait, from 1; beyond the last it is the last. */
  place: z.number().int().min(1),
})

/** Seconds until each entry's turn, in their order; null from the first on before which nothing is known. */
export function turns(entries: readonly QueueEntry[], activeSeconds: number | null): (number | null)[] {
  let before: number | null = activeSeconds
  return entries.map(({ seconds }) => {
    const turn = before
    before = before === null || seconds === null ? null : before + seconds
    return turn
  })
}
