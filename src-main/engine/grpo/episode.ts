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
  /** With a critic the mean of those of its tokens. */
  advantage: number
  /** With a critic. */
  tokens?: TokenSignals
}

/** What a critic says of an output and what is made of it: one number a sampled token. All 0 where an output counts for nothing. */
export interface TokenSignals {
  /** Log-probability under the reference, at the sampling temperature. */
  reference: ArrayLike<number>
  /** Return expected before the token. */
  values: ArrayLike<number>
  /** What the critic learns from: advantage before whitening + value. */
  returns: number[]
  /** Whitened over the step. */
  advantages: number[]
}
