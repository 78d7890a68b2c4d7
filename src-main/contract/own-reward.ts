/** A person's own reward: a JavaScript or TypeScript file that a run keeps a copy of, and trying one on stored samples. */
import { z } from 'zod'

export const ownRewardName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes')
const code = z.string().min(1).max(200_000)

/** As a run keeps it: a resume goes on with the same code, whatever became of the file. */
export const ownRewardSchema = z.strictObject({ name: z.string().min(1).max(200), code })
export type OwnReward = z.infer<typeof ownRewardSchema>

export const ownRewardTrial = z.object({
  code,
  runId: z.string().min(1).max(100),
  /** The newest ones at or before this step; absent: at the newest. */
  step: z.number().int().min(1).optional(),
  /** Samples at most; groups are tried whole. */
  limit: z.number().int().min(1).max(2000).default(256),
})
export type OwnRewardTrial = z.output<typeof ownRewardTrial>

export interface TriedSample {
  step: number
  group: number
  sample: number
  prompt: string
  answer: string
  text: string
  /** What it was rewarded when it was sampled. */
  reward: number | null
  value: number | null
  reason: string
  parts?: Record<string, number | string>
}

export interface OwnRewardResult {
  samples: TriedSample[]
  /** What kept it from judging, by how many samples it cost; the most first. */
  problems: { message: string; line: number | null; samples: number }[]
  milliseconds: number
}

export const isRewardFile = (text: string) => /\.[mc]?[jt]s$/.test(text)
