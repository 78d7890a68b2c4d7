/** The one record that travels through a step; no field changes its meaning on the way. */
import type { SideRewards } from '../../contract/composite.ts'
import type { RewardParts } from '../../contract/records.ts'
import type { Problem } from '../tasks/problem.ts'

export interface Episode {
  problem: Problem
  /** Position of its group in the step, and its own in the group. */
  group: number
  sample: number
  promptIds: number[]
  /** Sampled tokens, end token included when it ended by itself. */
  ids: number[]
  /** Of the sampler, per sampled token, at the sampling temperature: the old policy's. */
  logProbs: number[]
  finished: boolean
  text: string
  parts: RewardParts
  /** Of the composite reward. */
  sides?: SideRewards
  /** Weighted sum of the parts; NaN if none has a verdict. */
  reward: number
  advantage: number
}
