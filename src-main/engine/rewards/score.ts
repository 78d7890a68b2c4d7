/** The total of an output: the weighted sum of its rewards, each kept with its reason. */
import type { RewardPart } from '../../contract/records.ts'
import type { RewardName } from '../../contract/settings.ts'
import type { Problem } from '../tasks/problem.ts'
import { rewards } from './table.ts'

export interface Score {
  reward: number
  parts: Record<RewardName, RewardPart>
}

/** A reward without a verdict (null) adds nothing. */
export function score(
  completion: { text: string; finished: boolean },
  problem: Problem,
  weights: Record<RewardName, number>,
): Score {
  let total = 0
  const parts = {} as Record<RewardName, RewardPart>
  for (const { name, score: judge } of rewards) {
    const { value, reason } = judge(completion, problem)
    const weight = weights[name]
    parts[name] = { value: value ?? 0, weight, reason }
    total += (value ?? 0) * weight
  }
  return { reward: total, parts }
}
