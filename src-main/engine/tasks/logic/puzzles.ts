/** The families of puzzles, and a problem made of each. */
import { type PuzzleKind, puzzleKinds } from '../../../contract/recipe.ts'
import type { Random } from '../../random.ts'
import type { Problem } from '../problem.ts'
import { countdown } from './countdown.ts'
import type { PuzzleFamily } from './family.ts'
import { grid } from './grid.ts'
import { knightsKnaves } from './knights-knaves.ts'
import { sat } from './sat.ts'

export const puzzleFamilies = { countdown, knights_knaves: knightsKnaves, grid, sat } as const

/** A random puzzle as a problem, from the training or the held-out part alike. Its kind names the level: accuracy is told of each. */
export function drawPuzzle(random: Random, kind: PuzzleKind, level: number): Problem {
  const family: PuzzleFamily<unknown> = puzzleFamilies[kind]
  const data = family.generate(random, level)
  return {
    kind: `${kind} ${level}`,
    domain: 'logic',
    prompt: family.prompt(data),
    answer: family.solution(data),
    data: data as Problem['data'],
  }
}

/** The family that a problem's data belong to, and the data as it knows them; undefined for what is no puzzle that can be read. */
export function puzzleOf({
  data,
}: Pick<Problem, 'data'>): { kind: PuzzleKind; family: PuzzleFamily<unknown>; data: unknown } | undefined {
  const kind = puzzleKinds.find((one) => one === data?.puzzle)
  if (!kind) return undefined
  const family: PuzzleFamily<unknown> = puzzleFamilies[kind]
  const read = family.schema.safeParse(data)
  return read.success ? { kind, family, data: read.data } : undefined
}
