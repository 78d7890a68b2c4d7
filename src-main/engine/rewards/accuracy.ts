/** Whether the answer is right: R1's rule-based accuracy reward (Guo et al. 2025, Methods). */
import { excerpt, readAnswer } from './completion.ts'
import type { Completion, Question, Verdict } from './reward.ts'

/**
 * 1 if the answer tag holds the expected number, however it is written (`219`, `0219`, `+219`, `1,219`, `219.0`), else 0; no verdict where a
 * number is not what is expected.
 */
export function accuracy(
  { text }: Pick<Completion, 'text' | 'finished'>,
  { answer: expected, data }: Question,
): Verdict {
  if (data?.puzzle !== undefined) return { value: null, reason: 'a puzzle, which the reward logic judges' }
  if (expected === '') return { value: null, reason: 'no reference answer' }
  const right = plainInteger(expected)
  if (right === undefined) return { value: null, reason: `the reference "${excerpt(expected)}" is no whole number` }
  const { answer, problem } = readAnswer(text)
  if (problem !== undefined) return { value: 0, reason: problem }
  if (answer === '') return { value: 0, reason: `empty answer, expected ${excerpt(expected)}` }
  const number = plainInteger(answer)
  if (number === undefined)
    return { value: 0, reason: `answer "${excerpt(answer)}" is no number, expected ${excerpt(expected)}` }
  return number === right
    ? { value: 1, reason: `answer ${excerpt(answer)}, as expected` }
    : { value: 0, reason: `answer ${excerpt(answer)}, expected ${excerpt(expected)}` }
}

/** An integer's plainest writing, exact at any length; undefined if it is none. Commas must stand between thousands. */
export function plainInteger(text: string): string | undefined {
  const parts = /^([+-]?)(\d+|\d{1,3}(?:,\d{3})+)(?:\.0+)?$/.exec(text)
  if (!parts) return undefined
  const digits = parts[2].replaceAll(',', '').replace(/^0+(?=\d)/, '')
  return parts[1] === '-' && digits !== '0' ? `-${digits}` : digits
}
