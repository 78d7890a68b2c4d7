/** How hard a problem is, as a number that problems of one kind can be told apart by. */
import { arithmeticKinds, levelledKinds } from '../../contract/recipe.ts'
import { stepsOf } from './arithmetic.ts'
import type { Problem } from './problem.ts'

/** The level that it was made at, the steps of an arithmetic expression, what a data set says; null where nothing is known. */
export function difficultyOf({ kind, level, prompt }: Problem): number | null {
  if (level !== undefined) return level
  if (arithmeticKinds.some((one) => one === kind)) return stepsOf(prompt).length
  const [family, number] = kind.split(' ')
  return levelledKinds.some((one) => one === family) ? Number(number) : null
}
