/** How much of a run's texts is kept. Numbers of completions (rewards, advantages, tokens) and everything else always are. */
import { z } from 'zod'

export const retentionSchema = z.object({
  /** Of the texts of each step that is not one of the newest, so much is kept; 1: all of them. */
  share: z.number().min(0, 'from 0 to 1').max(1, 'from 0 to 1').default(1),
  /** Steps whose texts are all kept, so that a person can pin what he sees. */
  newest: z.number().int().min(1, 'at least 1 step').max(1_000_000, 'at most 1,000,000 steps').default(50),
  /** Bytes that the run's texts may take on the disk; null: as many as they need. Beyond it the oldest steps keep still less. */
  budget: z.number().int().min(1_000_000, 'at least 1 MB').nullable().default(null),
})
export type Retention = z.output<typeof retentionSchema>

export const keepAll: Retention = { share: 1, newest: 50, budget: null }

export const keepsAll = ({ share, budget }: Retention): boolean => share === 1 && budget === null

export interface RunTexts {
  retention: Retention
  /** As far as they were counted: runs of earlier versions are when they are first to keep less. */
  kept: number
  gone: number
  bytes: number
}

/** What goes when a run keeps so much from now on; where it has very many texts, about. */
export interface RetentionPlan {
  texts: number
  bytes: number
}
