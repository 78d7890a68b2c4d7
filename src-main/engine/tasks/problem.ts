/** A prompt with the answer that a rule can check. */
import type { TaskKind } from '../../contract/recipe.ts'

export interface Problem {
  /** What the model is asked, for example `75+73+99+12=`. */
  prompt: string
  /** The right answer as the prompt's task writes it, for example `259`. */
  answer: string
  kind: TaskKind
}

/** Relative weight of each kind; what is not named has none. */
export type TaskWeights = Partial<Record<TaskKind, number>>
