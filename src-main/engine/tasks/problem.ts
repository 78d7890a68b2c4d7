/** A prompt with what a rule needs to check an answer to it. */
import type { Domain } from '../../contract/domains.ts'
import type { Recipe, TaskKind } from '../../contract/recipe.ts'

export interface Problem {
  /** What the model is asked, for example `75+73+99+12=`. */
  prompt: string
  /** The right answer as the prompt's task writes it, for example `259`; one of them where there are several. */
  answer: string
  /** One of `taskKinds`, or what a data set calls it. */
  kind: string
  domain: Domain
  /** Facts that a verifier needs, as JSON holds them: a program's test cases, a puzzle's statements. */
  data?: Readonly<Record<string, unknown>>
  /** How hard it is, where a data set says so. */
  level?: number
  /** A worked solution, where a data set has one. */
  reasoning?: string
  /** A whole answer to learn from, where a data set has one. */
  completion?: string
}

/** Relative weight of each kind; what is not named has none. */
export type TaskWeights = Partial<Record<TaskKind, number>>

/** A level, or from one to another, of puzzles; 1 where none is named. */
export type TaskLevels = Recipe['levels']
