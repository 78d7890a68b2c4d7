/** Memory and time that a recipe will take, before it is started. */
import type { Estimate } from '../../contract/estimate.ts'
import type { EstimateRequest } from '../../contract/jobs.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { modelFolder } from '../model/embedded.ts'
import { type ModelSource, openModel } from '../model/source.ts'
import { requireRoom } from '../start.ts'
import { readMeasured } from './measurement.ts'
import { memoryOf } from './memory.ts'
import { remedyOf } from './remedy.ts'
import { resolved, type Situation, situationOf } from './situation.ts'
import { sizesOf } from './sizes.ts'
import { timeOf } from './time.ts'

type Model = Pick<ModelSource, 'config' | 'tokenizer' | 'companions'>

/** 32-bit WebAssembly cannot address more. */
const WASM_MOST = 4 * 2 ** 30

/** Of the models asked for in this process, the last: while a person turns settings it is always the same. */
let last: { folder: string; model: Model } | null = null
let lastPrompts: { key: string; situation: Situation } | null = null

/** @throws StudioError as the run would: a model that cannot be read, a prompt that cannot be written, no room for the token limit */
export async function estimate({ recipe, backend, folder, machine, earlier }: EstimateRequest): Promise<Estimate> {
  const model = modelOf(recipe.model)
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
    remedy: fits === false ? (remedy?.changes ?? null) : [],
    remedyBytes: remedy?.bytes ?? null,
    time: update && sampling && reinforced.length > 0 ? timeOf(sizes, timed, { update, sampling }, earlier) : null,
    measured: exact ? 'this' : update && sampling ? 'alike' : null,
    parameters: sizes.parameters,
    trained: sizes.trained,
  }
}

function modelOf(name: string): Model {
  const folder = modelFolder(name)
  if (last?.folder !== folder) {
    const { tensors, ...model } = openModel(folder)
    tensors.close()
    last = { folder, model }
  }
  return last.model
}

/** Prompts are written once for all settings. */
async function inSituation(recipe: Recipe, model: Model): Promise<Situation> {
  const { task, levels, data, prompt, trainPrompts, seed } = recipe
  const key = JSON.stringify([modelFolder(recipe.model), task, levels, data, prompt, trainPrompts, seed])
  if (lastPrompts?.key !== key) lastPrompts = { key, situation: await situationOf(recipe, model) }
  const situation = resolved(lastPrompts.situation, recipe)
  requireRoom(recipe, model.config.maxPositions, situation.longestPrompt)
  return situation
}
