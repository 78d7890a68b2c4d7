/** job.json: a recipe as the driver reads it, whole, with nothing left to look up. */
import { type Cluster, type JobFile, type JobOrder, type JobStage, jobFileVersion } from '../../contract/ray.ts'
import { type Recipe, rewardsOf, settingsOfStages } from '../../contract/recipe.ts'

export function jobFileOf(order: JobOrder, model: JobFile['model'], longestLimit: number): JobFile {
  const { recipe, ...rest } = order
  return {
    version: jobFileVersion,
    ...rest,
    title: recipe.title,
    seed: recipe.seed,
    model,
    lora: recipe.lora ?? null,
    gradientCheckpointing: recipe.gradientCheckpointing,
    trainPrompts: recipe.trainPrompts,
    evalPrompts: recipe.evalPrompts,
    evalEvery: recipe.evalEvery,
    finalEvalPrompts: recipe.finalEvalPrompts,
    evaluation: recipe.evaluation,
    checkpointEvery: recipe.checkpointEvery,
    longestLimit,
    rewards: rewardsOf(recipe),
    stages: stagesOf(recipe),
  }
}

function stagesOf(recipe: Recipe): JobStage[] {
  const settings = settingsOfStages(recipe)
  let firstStep = 1
  return recipe.stages.map(({ settings: changes, milestones = [], ...stage }, index) => {
    const first = firstStep
    firstStep += stage.steps
    return {
      ...stage,
      index,
      firstStep: first,
      settings: settings[index],
      changes,
      milestones: [...milestones]
        .sort((a, b) => a.at - b.at)
        .map(({ at, settings }) => ({ step: first + at - 1, settings })),
    }
  })
}

/** Of a recipe on a cluster. */
export const orderOf = (
  recipe: Recipe,
  { trainer, workers, storage, node }: Cluster,
  rest: Pick<JobOrder, 'key' | 'report' | 'resume'>,
): JobOrder => ({ recipe, trainer, workers, storage, node, ...rest })
