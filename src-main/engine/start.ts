/** What a run begins with, and what it needs of its model. */
import { StudioError } from '../contract/errors.ts'
import { allSettings, initialSettings, type Recipe } from '../contract/recipe.ts'
import { withTokens } from './model/added-tokens.ts'
import { baseModel } from './model/base.ts'
import { type Checkpoint, noGate } from './model/checkpoint.ts'
import { modelFolder } from './model/embedded.ts'
import { freshAdapters } from './model/lora.ts'
import { copyWeights, trainedOf } from './model/model.ts'
import { holdsAdapters, readAdapterConfig } from './model/peft.ts'
import { expectedShapes, loadPolicy, type Policy } from './model/policy.ts'
import { openModel } from './model/source.ts'
import { AdamW } from './optim/adamw.ts'
import { type BackendName, ladderFor, type OpenedBackend, openBackend } from './tensor/index.ts'
import { Alerts } from './watch/alerts.ts'

/**
 * Opens the backend that was asked for, or the best one for a model of this size.
 * @throws StudioError backend, bad-model
 */
export async function openBackendFor(model: string, requested: string | null): Promise<OpenedBackend> {
  if (requested) return openBackend(requested as BackendName)
  return openBackend(undefined, ladderFor(parametersOf(modelFolder(model))))
}

/** From its configuration alone. */
function parametersOf(path: string): number {
  if (holdsAdapters(path)) return parametersOf(modelFolder(readAdapterConfig(path).base))
  const { config, tensors } = openModel(path)
  tensors.close()
  const sizes = [...expectedShapes(config).values()].map((shape) => shape.reduce((product, n) => product * n, 1))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The recipe's model before the first step. @throws StudioError bad-model; bad-recipe for a model that is adapters */
export function freshState(recipe: Recipe): Checkpoint {
  const policy = withAdapters(withTokens(loadPolicy(modelFolder(recipe.model)), recipe.addTokens, recipe.seed), recipe)
  return {
    policy,
    base: policy.adapters && baseModel(recipe.model),
    reference: copyWeights(trainedOf(policy)),
    optimizer: new AdamW(),
    position: {
      step: 0,
      stage: 0,
      stageFirstStep: 1,
      staying: false,
      settings: initialSettings(recipe),
      optimizerStep: 0,
      optimizerSince: 0,
      tokens: 0,
      referenceStep: 0,
      gate: structuredClone(noGate),
      running: {},
      alerts: new Alerts().memory,
    },
  }
}

function withAdapters(policy: Policy, { model, lora, seed }: Recipe): Policy {
  requireWhole(policy, model)
  if (!lora) return policy
  return { ...policy, base: model, adapters: freshAdapters(policy.config, policy.weights, lora, seed) }
}

/** @throws StudioError bad-recipe for a model that is adapters */
export function requireWhole(policy: Policy, model: string): Policy {
  if (!policy.adapters) return policy
  throw new StudioError(
    'bad-recipe',
    `${modelFolder(model)} holds adapters, not a model to begin with.`,
    'Merge them first: grpo-studio export-model writes a whole model, and so does peft’s merge_and_unload.',
  )
}

/** Room that is kept for a prompt in the model's positions, at least. */
const PROMPT_ROOM = 32

/** Tokens that completions may have: what the model's positions leave beside the longest prompt. */
export function mostTokens(maxPositions: number, longestPrompt: number): number {
  return maxPositions - Math.max(PROMPT_ROOM, longestPrompt)
}

/** @throws StudioError bad-recipe when prompts and token limit together exceed what the model can attend to */
export function requireRoom(recipe: Recipe, maxPositions: number, longestPrompt: number): void {
  const limit = longestLimit(recipe)
  const most = mostTokens(maxPositions, longestPrompt)
  if (limit <= most) return
  throw new StudioError(
    'bad-recipe',
    `maxCompletionTokens ${limit} and a prompt do not fit into the model's ${maxPositions} positions.`,
    most > 0
      ? `Choose at most ${most}.`
      : `A prompt alone has ${longestPrompt} tokens: shorten prompt.system or lower prompt.examples.`,
  )
}

/** The largest token limit of the recipe: evaluations use it, so that their accuracy compares across stages. */
export function longestLimit(recipe: Recipe): number {
  // what the first stage inherits is in force only if it names no limit of its own
  const limits = recipe.stages.flatMap(allSettings).map((settings) => settings.maxCompletionTokens ?? 0)
  return Math.max(initialSettings(recipe).maxCompletionTokens, ...limits)
}
