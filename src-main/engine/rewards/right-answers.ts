/** Which answers of a group are right, for rewards that treat right and wrong ones differently. */
import { parametersOf } from '../../contract/rewards.ts'
import { accuracy } from './accuracy.ts'
import { logic } from './logic/logic.ts'
import { math } from './math/math.ts'
import type { Group } from './reward.ts'

/** Null for an answer on which there is no verdict. Of a puzzle its own verifier says it, whatever `by` names. */
export function rightAnswers(group: Group, by: 'accuracy' | 'math'): (boolean | null)[] {
  const { completions, problem } = group
  const verdicts =
    problem.data?.puzzle === undefined
      ? completions.map((one) => (by === 'math' ? math(one, problem, parametersOf('math')) : accuracy(one, problem)))
      : logic(group)
  return verdicts.map(({ value }) => (value === null ? null : value === 1))
}

export const noReference = { value: null, reason: 'no verdict on the answer' }
