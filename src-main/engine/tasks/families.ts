/** The families of generated problems with levels, and a problem made of each. */
import { type CodeKind, type LevelledKind, levelledKinds } from '../../contract/recipe.ts'
import type { Random } from '../random.ts'
import { functions } from './code/functions.ts'
import type { ProblemFamily } from './family.ts'
import { puzzleFamilies, puzzleOf } from './logic/puzzles.ts'
import type { Problem } from './problem.ts'

export const codeFamilies: Record<CodeKind, ProblemFamily<unknown>> = { function: functions as ProblemFamily<unknown> }

export const isLevelled = (kind: string): kind is LevelledKind => levelledKinds.some((one) => one === kind)
const isCode = (kind: LevelledKind): kind is CodeKind => Object.hasOwn(codeFamilies, kind)

/** A random problem, from the training or the held-out part alike. Its kind names the level: accuracy is told of each. */
export function drawLevelled(random: Random, kind: LevelledKind, level: number): Problem {
  const family: ProblemFamily<unknown> = isCode(kind) ? codeFamilies[kind] : puzzleFamilies[kind]
  const data = family.generate(random, level)
  return {
    kind: `${kind} ${level}`,
    domain: isCode(kind) ? 'code' : 'logic',
    prompt: family.prompt(data),
    answer: family.solution(data),
    data: data as Problem['data'],
  }
}

/** The family that a problem's data belong to, and the data as it knows them; undefined where there is none that can read them. */
export function familyOf(
  problem: Pick<Problem, 'data'>,
): { kind: LevelledKind; family: ProblemFamily<unknown>; data: unknown } | undefined {
  const puzzle = puzzleOf(problem)
  if (puzzle || problem.data?.function === undefined) return puzzle
  const read = functions.schema.safeParse(problem.data)
  return read.success ? { kind: 'function', family: codeFamilies.function, data: read.data } : undefined
}
