/** The families of puzzles. */
import { type PuzzleKind, puzzleKinds } from '../../../contract/recipe.ts'
import type { Problem } from '../problem.ts'
import { countdown } from './countdown.ts'
import type { PuzzleFamily } from './family.ts'
import { grid } from './grid.ts'
import { knightsKnaves } from './knights-knaves.ts'
import { sat } from './sat.ts'

export const puzzleFamilies = { countdown, knights_knaves: knightsKnaves, grid, sat } as const

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
