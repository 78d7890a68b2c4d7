/** Which outputs are right, by the rewards of a run that say so. */
import { correctnessRewards, type RewardName, type RewardParameters } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'
import { judge } from './score.ts'

/** Each as the first of the rewards says that has a verdict on it; and the first that has one at all. */
export async function judged(
  group: Group,
  { rewardWeights, rewardParameters }: { rewardWeights: object; rewardParameters: RewardParameters },
): Promise<{ rule: RewardName; right: boolean[] }> {
  const rules = correctnessRewards(rewardWeights as Record<string, unknown>)
  const verdicts: Verdict[][] = []
  for (const rule of rules) {
    verdicts.push(await judge(rule, group, rewardParameters))
    if (verdicts.at(-1)!.every(({ value }) => value !== null)) break
  }
  const has = verdicts.findIndex((of) => of.some(({ value }) => value !== null))
  return {
    rule: rules[Math.max(0, has)],
    right: group.completions.map((_, i) => verdicts.find((of) => of[i].value !== null)?.[i].value === 1),
  }
}
