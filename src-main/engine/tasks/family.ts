/** What each family of generated problems with levels has: a generator, its wording, one right answer, a trace. */
import type { z } from 'zod'
import type { Random } from '../random.ts'

/** Thinking that leads to the answer, in the signs that the embedded model has. */
export interface Trace {
  thinking: string
  answer: string
}

export interface ProblemFamily<D> {
  /** Of what a problem's `data` holds: what a verifier may rely on. */
  schema: z.ZodType<D>
  /** @param level 1 (easiest) to `puzzleLevels`. An assignment that is asked for is the only one. */
  generate(random: Random, level: number): D
  /** As short as the problem can be told. */
  prompt(data: D): string
  /** In words, with the form of the answer. */
  question(data: D): string
  /** A right answer; the only one where an assignment is asked for. */
  solution(data: D): string
  /** Why the solution is right, a clue at a time. */
  reasoning(data: D): string
  /** For a cold start, where the problem can be told in the embedded model's signs; undefined for one that is too large. */
  trace?(random: Random, data: D): Trace | undefined
  /** The same text for problems that are alike: of puzzles those that differ in names and order alone, of functions the same function. */
  structure(data: D): string
}
