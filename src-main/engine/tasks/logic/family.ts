/** What each family of puzzles has beside what every family has: how hard a puzzle is, measured. */
import type { ProblemFamily } from '../family.ts'

export interface PuzzleFamily<D> extends ProblemFamily<D> {
  /** Steps that a plain search takes to the first solution. */
  work(data: D): number
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[], word = 'and'): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`
}

export const sentence = (text: string) => `${text[0].toUpperCase()}${text.slice(1)}.`
