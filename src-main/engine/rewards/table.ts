/** The rewards that a recipe may weigh. A new one is a file beside this one, a line here, and its name in the contract. */
import { StudioError } from '../../contract/errors.ts'
import { type RewardName, rewardNames } from '../../contract/settings.ts'
import { accuracy } from './accuracy.ts'
import type { Reward } from './completion.ts'
import { format } from './format.ts'

export interface RewardRule {
  name: RewardName
  score: Reward
}

export const rewards: readonly RewardRule[] = [
  { name: 'accuracy', score: accuracy },
  { name: 'format', score: format },
]

checkRewards(rewards)

/** @throws StudioError internal if the table and the contract do not name the same rewards, each once */
export function checkRewards(table: readonly RewardRule[]): void {
  const [have, want] = [table.map((rule) => rule.name).sort(), [...rewardNames].sort()]
  if (have.join() !== want.join())
    throw new StudioError(
      'internal',
      `The table of rewards has ${have.join(', ')}; the contract names ${want.join(', ')}.`,
    )
}
