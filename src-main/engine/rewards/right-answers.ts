/** Which answers of a group are right, for rewards that treat right and wrong ones differently. */
import { type ParametersOf, parametersOf } from '../../contract/rewards.ts'
import { accuracy } from './accuracy.ts'
import { code } from './code/code.ts'
import { logic } from './logic/logic.ts'
import { math } from './math/math.ts'
import type { Group, Verdict } from './reward.ts'

type Judge = ParametersOf<'kimi_length'>['correctness']

/** Null for an answer on which there is no verdict. Of a puzzle its verifier says it, of a problem with tests these, whatever `by` names. */
export async function rightAnswers(group: Group, by: Judge): Promise<(boolean | null)[]> {
  const verdicts = await verdictsOf(group, by)
  return verdicts.map(({ value }) => (value === null ? null : value === 1))
}

function verdictsOf(group: Group, by: Judge): Verdict[] | Promise<Verdict[]> {
  const { completions, problem } = group
  if (problem.data?.puzzle !== undefined) return logic(group)
  if (by === 'code' || problem.data?.tests !== undefined) return code(group, parametersOf('code'))
  return completions.map((one) => (by === 'math' ? math(one, problem, parametersOf('math')) : accuracy(one, problem)))
}

export const noReference = { value: null, reason: 'no verdict on the answer' }
