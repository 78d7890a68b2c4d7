/** The composite reward R = R_reasoning + R_general + R_language (Guo et al. 2025, Methods): how its sides weigh by domain, and how they are scaled. */
import { z } from 'zod'
import { type Domain, domains } from './domains.ts'
import { type RewardName, type RewardSide, rewardNames, rewardSides, rewardWeightRange, sideOf } from './rewards.ts'

export type SideWeights = Record<Domain, Record<RewardSide, number>>

/**
 * `none`: the weighted sum of its rewards as it is. `group`: less its mean in the group, divided by its spread there. `running`: by mean and spread
 * of all outputs of the steps before (in the first step, of the group).
 */
export const sideScalings = ['none', 'group', 'running'] as const
export type SideScaling = (typeof sideScalings)[number]
export type SideScalings = Record<RewardSide, SideScaling>

/** The paper's rule: no neural reward on reasoning prompts. */
export const defaultSideWeights: SideWeights = {
  math: { reasoning: 1, general: 0, language: 1 },
  code: { reasoning: 1, general: 0, language: 1 },
  logic: { reasoning: 1, general: 0, language: 1 },
  general: { reasoning: 1, general: 1, language: 1 },
}

export const defaultSideScalings: SideScalings = { reasoning: 'none', general: 'none', language: 'none' }

const ofEach = <K extends string, T extends z.ZodType>(names: readonly K[], schema: T) =>
  z.strictObject(Object.fromEntries(names.map((name) => [name, schema])) as Record<K, T>).partial()

export const sideWeightsSchema = ofEach(
  domains,
  ofEach(rewardSides, z.number().min(rewardWeightRange.min).max(rewardWeightRange.max)),
)
export const sideScalingsSchema = ofEach(rewardSides, z.enum(sideScalings))

export function withSideWeights(base: SideWeights, change: z.infer<typeof sideWeightsSchema> = {}): SideWeights {
  return Object.fromEntries(domains.map((d) => [d, { ...base[d], ...change[d] }])) as SideWeights
}

/** Of an output one side: what its rewards said together, and what it adds to the total after scaling and weight. */
export interface SideReward {
  value: number
  share: number
}
export type SideRewards = Partial<Record<RewardSide, SideReward>>

/** The sides that rewards of a run are on, in order. */
export function sidesOf(weights: Readonly<Record<string, unknown>>): RewardSide[] {
  const weighed = rewardNames.filter((name: RewardName) => weights[name] !== undefined).map(sideOf)
  return rewardSides.filter((side) => weighed.includes(side))
}
