/** The total of an output: the weighted sum of the rewards that the run weighs, each kept with its reason. */
import type { RewardParts } from '../../contract/records.ts'
import { parametersOf, type RewardName, type RewardParameters, rewardNames } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Group, Reward, Verdict } from './reward.ts'
import { rewards } from './table.ts'

export interface Score {
  reward: number
  parts: RewardParts
}

/** One reward's verdicts on a group. */
export function judge(name: RewardName, group: Group, given?: RewardParameters): Verdict[] | Promise<Verdict[]> {
  return (rewards[name] as Reward)(group, parametersOf(name, given))
}

/** The scores of a group's completions, in order. A reward without a verdict (null) adds nothing. */
export async function score(
  group: Group,
  { rewardWeights, rewardParameters }: Pick<Settings, 'rewardWeights' | 'rewardParameters'>,
): Promise<Score[]> {
  const scores = group.completions.map((): Score => ({ reward: 0, parts: {} }))
  for (const name of rewardNames) {
    const weight = rewardWeights[name]
    if (weight === undefined) continue
    const verdicts = await judge(name, group, rewardParameters)
    verdicts.forEach((verdict, i) => {
      scores[i].parts[name] = { ...verdict, weight }
      scores[i].reward += (verdict.value ?? 0) * weight
    })
  }
  return scores
}
