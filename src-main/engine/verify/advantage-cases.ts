/** Advantages, and what is logged of the rewards, against TRL. */
import { rewardAggregations, rewardScales } from '../../contract/settings.ts'
import { advantagesByReward, advantagesOf, type RewardScale, spreadOf, totalReward } from '../grpo/advantages.ts'
import { Comparisons } from './comparison.ts'
import type { AdvantageCase } from './layout.ts'

/** Why the case cannot be computed here; null if it can. */
export function strangeAdvantages(c: AdvantageCase): string | null {
  if (!rewardScales.includes(c.scale_rewards as never)) return `scale_rewards "${c.scale_rewards}"`
  if (!rewardAggregations.includes(c.multi_objective_aggregation as never))
    return `multi_objective_aggregation "${c.multi_objective_aggregation}"`
  if (c.rewards[0].length % c.num_generations !== 0)
    return `${c.rewards[0].length} completions in groups of ${c.num_generations}`
  return null
}

export async function compareAdvantages(c: AdvantageCase) {
  const weights = c.reward_weights ?? c.rewards.map(() => 1)
  const completions = c.rewards[0].map((_, i) => c.rewards.map((byFunction) => byFunction[i]))
  const size = c.num_generations
  const groups = Array.from({ length: completions.length / size }, (_, g) =>
    completions.slice(g * size, (g + 1) * size),
  )
  const totals = groups.map((group) => group.map((values) => totalReward(values, weights)))
  const summed = c.multi_objective_aggregation === 'sum_then_normalize'
  const advantages = summed
    ? advantagesOf(totals, c.scale_rewards as RewardScale)
    : advantagesByReward(groups, () => weights)
  const all = spreadOf(totals.flat())
  const found = new Comparisons()
  found.add('advantages', c.name, advantages.flat(), c.advantages)
  if (c.reward !== null) found.add('mean reward', c.name, [all.mean], [c.reward])
  if (c.reward_std !== null) found.add('reward spread of the batch', c.name, [all.std], [c.reward_std])
  // of other scalings TRL logs whether the spread that it divides by is 0, which is that of the batch
  if (summed && c.scale_rewards !== 'batch') {
    const silent = totals.filter((group) => spreadOf(group).equal).length / totals.length
    found.add('share of groups without spread', c.name, [silent], [c.frac_reward_zero_std])
  }
  return found.results()
}
