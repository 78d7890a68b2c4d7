/** The problems of a run: generated ones, or those of its data set. */
import { arithmeticKinds, generalKinds, levelledKinds, type Recipe, type TaskKind } from '../../contract/recipe.ts'
import { dataSet } from './data-set.ts'
import type { Problem, TaskWeights } from './problem.ts'
import { assertDisjoint, evaluationSet, exampleSet, MOST_GENERAL, trainingSet } from './sets.ts'

export interface ProblemSets {
  training: Problem[]
  /** As many as the largest evaluation needs, or there are; a smaller one takes the first. */
  heldOut: Problem[]
  /** Held-out prompts that no rule has an answer to: only reward models have an opinion of what is answered. */
  general: Problem[]
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
  const judged = without(task, generalKinds)
  const general = without(task, [...arithmeticKinds, ...levelledKinds])
  const sets = {
    training: trainingSet(task, trainPrompts, seed, levels),
    heldOut: evaluationSet(judged, evalPrompts, levels),
    general: evaluationSet(general, MOST_GENERAL),
    examples: exampleSet(task, examples, levels),
  }
  assertDisjoint(sets.training, [...sets.heldOut, ...sets.general])
  return sets
}

const without = (task: TaskWeights, kinds: readonly TaskKind[]): TaskWeights =>
  Object.fromEntries(Object.entries(task).filter(([kind]) => !kinds.includes(kind as TaskKind)))
