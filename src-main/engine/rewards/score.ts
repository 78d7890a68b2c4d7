/** The total of an output: the weighted sum of the rewards that the run weighs, each kept with its reason. */
import type { RewardParts } from '../../contract/records.ts'
import { parametersOf, type RewardName, type RewardParameters, rewardNames } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import { totalReward } from '../grpo/advantages.ts'
import type { Group, Reward, Verdict } from './reward.ts'
import { rewards } from './table.ts'

export interface Score {
  /** NaN if no reward had a verdict. */
  reward: number
  parts: RewardParts
}

/** One reward's verdicts on a group. */
export function judge(name: RewardName, group: Group, given?: RewardParameters): Verdict[] | Promise<Verdict[]> {
  return (rewards[name] as Reward)(group, parametersOf(name, given))
}

/**
 * The scores of a group's completions, in order. A reward without a verdict (null) adds nothing; an output on which none has one teaches
 * nothing, and is not in its group's mean.
 */
export async function score(
  group: Group,
  { rewardWeights, rewardParameters }: Pick<Settings, 'rewardWeights' | 'rewardParameters'>,
): Promise<Score[]> {
  const parts = group.completions.map((): RewardParts => ({}))
  for (const name of rewardNames) {
    const weight = rewardWeights[name]
    if (weight === undefined) continue
    const verdicts = await judge(name, group, rewardParameters)
    verdicts.forEach((verdict, i) => {
      parts[i][name] = { ...verdict, weight }
    })
  }
  return parts.map((own) => {
    const judged = Object.values(own)
    const reward = totalReward(
      judged.map((part) => part.value),
      judged.map((part) => part.weight),
    )
    return { reward, parts: own }
  })
}
