/** Memory and time that a recipe will take, before it is started. */
import type { Estimate } from '../../contract/estimate.ts'
import type { EstimateRequest } from '../../contract/jobs.ts'
import { type Recipe, totalSteps } from '../../contract/recipe.ts'
import { withVocabulary } from '../model/added-tokens.ts'
import type { ModelConfig } from '../model/config.ts'
import { modelFolder } from '../model/embedded.ts'
import { knownModel } from '../model/known.ts'
import { openModel } from '../model/source.ts'
import type { PromptModel } from '../prompts.ts'
import { requireRoom } from '../start.ts'
import { readMeasured } from './measurement.ts'
import { memoryOf } from './memory.ts'
import { remedyOf } from './remedy.ts'
import { resolved, type Situation, situationOf } from './situation.ts'
import { sizesOf } from './sizes.ts'
import { timeOf } from './time.ts'

interface Model extends PromptModel {
  config: ModelConfig
  /** Tells it from others: where it lies and the words that were added, or its name where it is not here. */
  key: string
}

/** 32-bit WebAssembly cannot address more. */
const WASM_MOST = 4 * 2 ** 30

/** Of the models asked for in this process, the last: while a person turns settings it is always the same. */
let last: Model | null = null
let lastPrompts: { key: string; situation: Situation } | null = null

/** @throws StudioError as the run would: a model that cannot be read, a prompt that cannot be written, no room for the token limit */
export async function estimate({ recipe, backend, folder, machine, earlier }: EstimateRequest): Promise<Estimate> {
  const model = modelOf(recipe)
  const { config } = model
  const situation = await inSituation(recipe, model)
  const measured = readMeasured(folder, config, recipe, backend)
  const memoryFor = (r: Recipe) =>
    memoryOf(sizesOf(config, r.lora), resolved(situation, r), readMeasured(folder, config, r, backend))
  const sizes = sizesOf(config, recipe.lora)
  const memory = memoryFor(recipe)
  const { update, sampling } = measured
  const on = update?.backend ?? backend
  const available = on === 'wasm' ? Math.min(machine.available, WASM_MOST) : machine.available
  const own = on === 'tensorflow-gpu' || on === 'webgpu'
  const fits = own ? null : memory.bytes <= available
  const remedy = fits === false ? remedyOf(recipe, (r) => memoryFor(r).bytes, available) : null
  // stages of other kinds have no rollouts and updates like those that were measured: they are left out of the time
  const reinforced = situation.stages.filter(({ kind }) => kind === 'grpo')
  const timed = { ...situation, stages: reinforced }
  const exact = update && sampling && update.checkpointing === recipe.gradientCheckpointing
  return {
    memory,
    machine: { ...machine, available },
    fits,
    remedy: remedy ? remedy.changes : [],
    remedyBytes: remedy?.bytes ?? null,
    time: update && sampling && reinforced.length > 0 ? timeOf(sizes, timed, { update, sampling }, earlier) : null,
    untimedSteps: totalSteps(recipe) - reinforced.reduce((sum, { steps }) => sum + steps, 0),
    measured: exact ? 'this' : update && sampling ? 'alike' : null,
    parameters: sizes.parameters,
    trained: sizes.trained,
  }
}

function modelOf({ model: name, addTokens }: Recipe): Model {
  const place = placeOf(name)
  if (!place) return { ...knownModel(name)!, key: name }
  const key = JSON.stringify([place, addTokens])
  if (last?.key !== key) {
    const { tensors, ...model } = openModel(place)
    tensors.close()
    last = { ...withVocabulary(model, addTokens), key }
  }
  return last
}

/** null for a model that is not here and known all the same. @throws StudioError not-found for one that is neither */
function placeOf(name: string): string | null {
  try {
    return modelFolder(name)
  } catch (error) {
    if (knownModel(name)) return null
    throw error
  }
}

/** Prompts are written once for all settings. */
async function inSituation(recipe: Recipe, model: Model): Promise<Situation> {
  const { task, levels, data, prompt, trainPrompts, seed } = recipe
  const key = JSON.stringify([model.key, task, levels, data, prompt, trainPrompts, seed])
  if (lastPrompts?.key !== key) lastPrompts = { key, situation: await situationOf(recipe, model) }
  const situation = resolved(lastPrompts.situation, recipe)
  requireRoom(recipe, model.config.maxPositions, situation.longestPrompt)
  return situation
}
