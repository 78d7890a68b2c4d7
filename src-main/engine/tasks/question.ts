/** Problems in words, for models that were trained on language. */
import { stepsOf } from './arithmetic.ts'
import type { Problem } from './problem.ts'

/** `75+73-12=` as `What is 75 + 73 - 12?` */
export function questionOf({ prompt }: Problem): string {
  return `What is ${prompt.slice(0, -1).replace(/[-+*]/g, ' $& ')}?`
}

/** Steps and answer in the form that is rewarded: `<think>75 + 73 = 148, 148 - 12 = 136</think><answer>136</answer>`. */
export function solutionOf({ prompt, answer }: Problem): string {
  const steps = stepsOf(prompt).map(({ left, operator, right, value }) => `${left} ${operator} ${right} = ${value}`)
  return `<think>${steps.join(', ')}</think><answer>${answer}</answer>`
}
