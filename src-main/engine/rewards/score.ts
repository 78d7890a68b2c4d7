/** The total of an output: the weighted sum of the rewards that the run weighs, each kept with its reason. */
import type { SideRewards } from '../../contract/composite.ts'
import type { RewardParts } from '../../contract/records.ts'
import { parametersOf, type RewardName, type RewardParameters, rewardNames, sideOf } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import { totalReward } from '../grpo/advantages.ts'
import { type RunningSides, sidesOfGroup } from './composite.ts'
import type { Group, Reward, Verdict } from './reward.ts'
import { rewards } from './table.ts'

export interface Score {
  /** NaN if no reward had a verdict. */
  reward: number
  parts: RewardParts
  sides: SideRewards
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
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters' | 'sideWeights' | 'sideScaling'>,
  running?: RunningSides,
): Promise<Score[]> {
  const { rewardWeights, rewardParameters, sideWeights, sideScaling } = settings
  const domain = group.problem.domain ?? 'math'
  const parts = group.completions.map((): RewardParts => ({}))
  for (const name of rewardNames) {
    const weight = rewardWeights[name]
    if (weight === undefined) continue
    const verdicts = await judge(name, group, rewardParameters)
    verdicts.forEach((verdict, i) => {
      parts[i][name] = { ...verdict, weight: weight * sideWeights[domain][sideOf(name)] }
    })
  }
  const sides = sidesOfGroup(parts, domain, settings, running)
  const scaled = Object.values(sideScaling).some((scaling) => scaling !== 'none')
  return parts.map((own, i) => {
    const judged = Object.values(own)
    // unscaled, the sum over sides is that over rewards, and is taken in their order: the bits are those of before there were sides
    const shares = Object.values(sides[i]).map((side) => side.share)
    const reward = scaled
      ? totalReward(
          shares,
          shares.map(() => 1),
        )
      : totalReward(
          judged.map((part) => part.value),
          judged.map((part) => part.weight),
        )
    return { reward, parts: own, sides: sides[i] }
  })
}
