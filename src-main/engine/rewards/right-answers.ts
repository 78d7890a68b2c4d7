/** Which answers of a group are right, for rewards that treat right and wrong ones differently. */
import { parametersOf } from '../../contract/rewards.ts'
import { accuracy } from './accuracy.ts'
import { math } from './math/math.ts'
import type { Group } from './reward.ts'

/** Null for an answer on which there is no verdict. */
export function rightAnswers({ completions, problem }: Group, by: 'accuracy' | 'math'): (boolean | null)[] {
  return completions.map((one) => {
    const { value } = by === 'math' ? math(one, problem, parametersOf('math')) : accuracy(one, problem)
    return value === null ? null : value === 1
  })
}

export const noReference = { value: null, reason: 'no verdict on the answer' }
