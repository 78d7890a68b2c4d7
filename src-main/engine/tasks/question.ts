/** Problems in words, for models that were trained on language. */
import { arithmeticKinds } from '../../contract/recipe.ts'
import { stepsOf } from './arithmetic.ts'
import { familyOf } from './families.ts'
import type { Problem } from './problem.ts'

/** `75+73-12=` as `What is 75 + 73 - 12?`; what is in words already stays as it is. */
export function questionOf(problem: Problem): string {
  const known = familyOf(problem)
  if (known) return known.family.question(known.data)
  return isArithmetic(problem) ? `What is ${problem.prompt.slice(0, -1).replace(/[-+*]/g, ' $& ')}?` : problem.prompt
}

/** Reasoning and answer in the form that is rewarded: `<think>75 + 73 = 148, 148 - 12 = 136</think><answer>136</answer>`. */
export function solutionOf(problem: Problem): string {
  return `<think>${reasoningOf(problem)}</think><answer>${problem.answer}</answer>`
}

/** Whether there is a solution to show: generated problems are worked out here, other problems bring it along. */
export function isSolved(problem: Problem): boolean {
  return problem.completion !== undefined || reasoningOf(problem) !== ''
}

function reasoningOf(problem: Problem): string {
  const known = familyOf(problem)
  if (known) return known.family.reasoning(known.data)
  if (!isArithmetic(problem)) return problem.reasoning ?? ''
  const steps = stepsOf(problem.prompt)
  return steps.map(({ left, operator, right, value }) => `${left} ${operator} ${right} = ${value}`).join(', ')
}

const isArithmetic = ({ kind }: Problem) => arithmeticKinds.some((one) => one === kind)
