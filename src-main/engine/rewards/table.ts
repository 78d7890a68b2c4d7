/** The function of each reward. A new one is a file beside this one, a line here, and its record in the contract. */
import { StudioError } from '../../contract/errors.ts'
import { type RewardName, rewardNames } from '../../contract/rewards.ts'
import { accuracy } from './accuracy.ts'
import { code } from './code/code.ts'
import { cosineLength } from './cosine-length.ts'
import { format } from './format.ts'
import { kimiLength } from './kimi-length.ts'
import { language } from './language.ts'
import { helpfulness, safety } from './learnt.ts'
import { logic } from './logic/logic.ts'
import { math } from './math/math.ts'
import { own } from './own.ts'
import { repetition } from './repetition.ts'
import { each, type Reward } from './reward.ts'
import { softOverlong } from './soft-overlong.ts'
import { tagCount } from './tag-count.ts'

export const rewards: { readonly [N in RewardName]: Reward<N> } = {
  accuracy: each(accuracy),
  format: each(format),
  math: each(math),
  logic,
  code,
  tag_count: each(tagCount),
  cosine_length: cosineLength,
  kimi_length: kimiLength,
  soft_overlong: softOverlong,
  repetition: each(repetition),
  language,
  helpfulness,
  safety,
  own,
}

checkRewards(rewards)

/** @throws StudioError internal if the table and the contract do not name the same rewards */
export function checkRewards(table: object): void {
  const [have, want] = [Object.keys(table).sort(), [...rewardNames].sort()]
  if (have.join() !== want.join())
    throw new StudioError(
      'internal',
      `The table of rewards has ${have.join(', ')}; the contract names ${want.join(', ')}.`,
    )
}
