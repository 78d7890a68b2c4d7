/** When a run measures its policy. */
import { defaultEvaluation } from './evaluation.ts'
import type { Recipe } from './recipe.ts'
import { leavesPolicy, type Stage } from './stages.ts'

/** The end of the run has an evaluation of its own, and so has that of a stage before one of another kind; samples alone change no policy. */
export function measuredAtEnd(stages: readonly Stage[], stage: number): boolean {
  const [own, next] = [stages[stage], stages[stage + 1]]
  if (!next || own.kind === 'evaluate') return true
  // what comes next measures it
  if (next.kind === 'evaluate') return false
  return !leavesPolicy(own) && own.kind !== next.kind
}

export interface PlannedEvaluation {
  /** 0: before the first. */
  afterStep: number
  stage: number
  /** Held-out problems, and outputs of each. */
  prompts: number
  samples: number
}

/** Of a run whose stages all have their steps. */
export function plannedEvaluations(
  recipe: Pick<Recipe, 'stages' | 'evalEvery' | 'evalPrompts' | 'finalEvalPrompts'> &
    Partial<Pick<Recipe, 'evaluation'>>,
): PlannedEvaluation[] {
  const { stages, evalEvery, evalPrompts, finalEvalPrompts, evaluation = defaultEvaluation } = recipe
  const { samples } = evaluation
  const planned: PlannedEvaluation[] = [{ afterStep: 0, stage: 0, prompts: finalEvalPrompts, samples }]
  let before = 0
  stages.forEach((own, stage) => {
    const end = before + own.steps
    const atEnd = measuredAtEnd(stages, stage)
    if (evalEvery > 0 && !leavesPolicy(own))
      for (let step = (Math.floor(before / evalEvery) + 1) * evalEvery; step <= end; step += evalEvery)
        if (step < end || !atEnd) planned.push({ afterStep: step, stage, prompts: evalPrompts, samples })
    if (atEnd) {
      const named = own.kind === 'evaluate' ? own : undefined
      planned.push({
        afterStep: end,
        stage,
        prompts: named?.prompts ?? finalEvalPrompts,
        samples: named?.evaluation?.samples ?? samples,
      })
    }
    before = end
  })
  return planned
}
