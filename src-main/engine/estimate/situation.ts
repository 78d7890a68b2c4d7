/** What a recipe asks for, resolved: each stage's settings, the prompts as token ids, and its largest rollout. */
import { defaultPrompt } from '../../contract/prompt.ts'
import { enterStage, initialSettings, type Recipe } from '../../contract/recipe.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Stage } from '../../contract/stages.ts'
import { type PromptModel, writePrompts } from '../prompts.ts'
import { MOST_ROWS } from '../rollout/rollout.ts'
import { EVALUATION_ROWS } from '../stages/evaluate.ts'
import { longestLimit } from '../start.ts'
import { problemsOf } from '../tasks/source.ts'
import { type SamplingShape, type Sizes, samplingBytes } from './sizes.ts'

export interface Situation {
  recipe: Recipe
  stages: { stage: Stage; settings: Settings }[]
  /** Token ids of some of the training prompts. */
  prompts: number[][]
  longestPrompt: number
  /** The settings of the stage with the largest token limit. */
  largest: Settings
}

/** Prompts that are looked at: enough to know how long they are. */
const PROMPTS = 256

/** @throws StudioError as a run would, for a prompt that cannot be written or a data set that cannot be read */
export async function situationOf(recipe: Recipe, model: PromptModel): Promise<Situation> {
  const few = { trainPrompts: Math.min(recipe.trainPrompts, PROMPTS), evalPrompts: 1, finalEvalPrompts: 1 }
  const { training, examples } = await problemsOf({ ...recipe, ...few })
  const problems = training.slice(0, PROMPTS)
  const written = await writePrompts(model, recipe.prompt ?? defaultPrompt, examples, problems)
  return resolved({ prompts: problems.map(written.ids), longestPrompt: written.longest }, recipe)
}

/** The same prompts under a recipe's own settings. */
export function resolved(asked: Pick<Situation, 'prompts' | 'longestPrompt'>, recipe: Recipe): Situation {
  let settings = initialSettings(recipe)
  const stages = recipe.stages.map((stage, i) => {
    if (i > 0) settings = enterStage(settings, stage)
    return { stage, settings }
  })
  const most = Math.max(...stages.map(({ settings }) => settings.maxCompletionTokens))
  const largest = stages.find(({ settings }) => settings.maxCompletionTokens === most)!.settings
  return { ...asked, recipe, stages, largest }
}

/** The rollout that holds most when every answer runs to the limit: of a stage, or of an evaluation. */
export function widestRollout(sizes: Sizes, { recipe, stages, longestPrompt }: Situation): SamplingShape {
  const promptLength = Math.ceil(longestPrompt / 8) * 8
  const evaluated = Math.min(EVALUATION_ROWS, Math.max(recipe.evalPrompts, recipe.finalEvalPrompts))
  const attended = promptLength + longestLimit(recipe)
  const shapes: SamplingShape[] = [{ prompts: evaluated, rows: evaluated, promptLength, attended }]
  for (const { settings: s } of stages) {
    const prompts = Math.min(s.promptsPerStep, Math.max(1, Math.floor(MOST_ROWS / s.groupSize)))
    shapes.push({ prompts, rows: prompts * s.groupSize, promptLength, attended: promptLength + s.maxCompletionTokens })
  }
  return shapes.reduce((most, shape) => (samplingBytes(sizes, shape) > samplingBytes(sizes, most) ? shape : most))
}
