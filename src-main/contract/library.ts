/** What lies on the disk, who needs it, and what may go. */
import { z } from 'zod'
import { runNames } from './marks.ts'

/** In the order in which they are shown. */
export const diskParts = [
  'database',
  'checkpoints',
  'runs',
  'models',
  'reward-models',
  'bin',
  'caches',
  'other',
] as const
export type DiskPart = (typeof diskParts)[number]

/** Bytes by part. Files with several names, as forks share their first checkpoint, count once. */
export interface DiskUse {
  parts: Record<DiskPart, number>
  /** On the disk of the data folder; null until it is known. */
  freeBytes: number | null
  /** Of the whole count that `parts` are from; null before the first is done: they are then what was found so far. */
  countedAt: string | null
  /** Files counted so far by a count under way. */
  counting: number | null
  folders: { data: string; models: string; caches: string }
}

/** Checkpoints of one run that stay when others go: the newest and those at the ends of stages, the newest alone, none. */
export const keptCheckpoints = ['stage-ends', 'newest', 'none'] as const
export type KeptCheckpoints = (typeof keptCheckpoints)[number]

export const removal = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('model'), name: z.string().min(1).max(200) }),
  z.object({ kind: z.literal('reward-model'), name: z.string().min(1).max(200) }),
  z.object({ kind: z.literal('checkpoints'), runs: runNames, keep: z.enum(keptCheckpoints) }),
])
export type Removal = z.infer<typeof removal>

/** What a removal comes to, said before it is done. */
export interface RemovalPlan {
  items: { name: string; bytes: number }[]
  /** Room that it gives: less than the items' sum where a fork keeps files that it shares with them. */
  bytes: number
  /** What stays although it was asked for, and who uses it. */
  kept: { name: string; why: string }[]
  /** What will not be possible any more. */
  costs: string[]
}

/** The checkpoints of one run. */
export interface RunCheckpoints {
  id: string
  number: number
  name: string
  count: number
  bytes: number
  newestStep: number
  newestAt: string
  /** Beside the newest and those at the ends of stages. */
  older: number
}

/** Files of problems that recipes of runs name. */
export interface DataFileEntry {
  path: string
  /** null: it is not there any more. */
  bytes: number | null
  /** Numbers of the runs that learned from it or were measured with it. */
  runs: number[]
}

/** Which runs use what, by the name that their recipes have for it. */
export interface LibraryUse {
  models: Record<string, number[]>
  rewardModels: Record<string, number[]>
  files: DataFileEntry[]
  /** Kinds of generated problems. */
  tasks: Record<string, number[]>
}
