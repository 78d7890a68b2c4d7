/** What each family of puzzles has: a generator by level, its wording, one right answer, and how hard it is. */
import type { z } from 'zod'
import type { Random } from '../../random.ts'

export interface PuzzleFamily<D> {
  /** Of a puzzle as a problem's `data` holds it: what a verifier may rely on. */
  schema: z.ZodType<D>
  /** @param level 1 (easiest) to `puzzleLevels`. An assignment that is asked for is the only one. */
  generate(random: Random, level: number): D
  /** As short as the puzzle can be told. */
  prompt(data: D): string
  /** In words, with the form of the answer. */
  question(data: D): string
  /** A right answer; the only one where an assignment is asked for. */
  solution(data: D): string
  /** Why the solution is right, a clue at a time. */
  reasoning(data: D): string
  /** The same text for puzzles that differ in names and order alone. */
  structure(data: D): string
  /** Steps that a plain search takes to the first solution: how hard the puzzle is, measured. */
  work(data: D): number
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[], word = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

export const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`
