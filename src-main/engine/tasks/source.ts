/** The problems of a run: generated ones, or those of its data set. */
import type { Recipe } from '../../contract/recipe.ts'
import { dataSet } from './data-set.ts'
import type { Problem } from './problem.ts'
import { assertDisjoint, evaluationSet, exampleSet, trainingSet } from './sets.ts'

export interface ProblemSets {
  training: Problem[]
  /** As many as the largest evaluation needs, or there are; a smaller one takes the first. */
  heldOut: Problem[]
  /** Solved, to be shown before each question. */
  examples: Problem[]
}

/** @throws StudioError bad-recipe for a data set that cannot be used, naming file and line */
export async function problemsOf(recipe: Recipe): Promise<ProblemSets> {
  // recipes of version 0.1.0 had neither prompt nor levels
  const { task = {}, levels = {}, data, trainPrompts, seed } = recipe
  const examples = recipe.prompt?.examples ?? 0
  const evalPrompts = Math.max(recipe.finalEvalPrompts, recipe.evalPrompts)
  if (data) return dataSet(data, { trainPrompts, evalPrompts, examples, seed })
  const sets = {
    training: trainingSet(task, trainPrompts, seed, levels),
    heldOut: evaluationSet(task, evalPrompts, levels),
    examples: exampleSet(task, examples, levels),
  }
  assertDisjoint(sets.training, sets.heldOut)
  return sets
}
