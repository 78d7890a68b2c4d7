/** Memory and time that a recipe will take, before it is started. */
import type { Estimate } from '../../contract/estimate.ts'
import type { EstimateRequest } from '../../contract/jobs.ts'
import type { Recipe } from '../../contract/recipe.ts'
import { withVocabulary } from '../model/added-tokens.ts'
import type { ModelConfig } from '../model/config.ts'
import { modelFolder } from '../model/embedded.ts'
import { knownModel } from '../model/known.ts'
import { openModel } from '../model/source.ts'
import type { PromptModel } from '../prompts.ts'
import { requireRoom } from '../start.ts'
import { type Lessons, lessonsOf } from './lessons.ts'
import { readMeasured } from './measurement.ts'
import { memoryOf } from './memory.ts'
import { remedyOf } from './remedy.ts'
import { resolved, type Situation, situationOf } from './situation.ts'
import { type Sizes, sizesOf } from './sizes.ts'
import type { StageParts } from './stage-time.ts'
import { timeOf } from './time.ts'

interface Model extends PromptModel {
  config: ModelConfig
  /** Tells it from others: where it lies and the words that were added, or its name where it is not here. */
  key: string
}

/** 32-bit WebAssembly cannot address more. */
const WASM_MOST = 4 * 2 ** 30

/** While a person turns settings the models are always the same: a recipe's own, and those of its students. */
const models = new Map<string, Model>()
const MOST_MODELS = 4
let lastPrompts: { key: string; situation: Situation } | null = null
let lastLessons: { key: string; lessons: (Lessons | null)[] } | null = null

/** @throws StudioError as the run would: a model that cannot be read, a prompt that cannot be written, no room for the token limit */
export async function estimate({ recipe, backend, folder, machine, earlier }: EstimateRequest): Promise<Estimate> {
  const model = modelOf(recipe.model, recipe.addTokens)
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
  const timed = update && sampling ? { update, sampling } : null
  const exact = update && sampling && update.checkpointing === recipe.gradientCheckpointing
  return {
    memory,
    machine: { ...machine, available },
    fits,
    remedy: remedy ? remedy.changes : [],
    remedyBytes: remedy?.bytes ?? null,
    time: timed && timeOf(sizes, situation, await partsOf(recipe, model, sizes), timed, earlier),
    measured: exact ? 'this' : update && sampling ? 'alike' : null,
    parameters: sizes.parameters,
    trained: sizes.trained,
  }
}

function modelOf(name: string, addTokens: Recipe['addTokens']): Model {
  const place = placeOf(name)
  if (!place) return { ...knownModel(name)!, key: name }
  const key = JSON.stringify([place, addTokens])
  const read = models.get(key)
  if (read) return read
  const { tensors, ...model } = openModel(place)
  tensors.close()
  const whole = { ...withVocabulary(model, addTokens), key }
  if (models.size >= MOST_MODELS) models.clear()
  models.set(key, whole)
  return whole
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

/** What each stage trains and learns from. */
async function partsOf(recipe: Recipe, model: Model, sizes: Sizes): Promise<StageParts[]> {
  const { stages, task, levels, data, prompt, trainPrompts, seed } = recipe
  let now = { model, sizes }
  const trained = stages.map((stage) => {
    if (stage.kind === 'reward-model') {
      const own = stage.model === undefined ? now.model : modelOf(stage.model, undefined)
      return { model: own, sizes: sizesOf(own.config, stage.lora) }
    }
    if (stage.kind === 'distil') {
      const student = modelOf(stage.model, recipe.addTokens)
      const config = { ...student.config, layers: stage.layers ?? student.config.layers }
      now = { model: student, sizes: sizesOf(config, undefined) }
    }
    return now
  })
  const key = JSON.stringify([
    [model.key, task, levels, data, prompt, trainPrompts, seed],
    stages.map(({ settings: _, milestones: __, ...rest }, i) => [rest, trained[i].model.key]),
  ])
  if (lastLessons?.key !== key) {
    const lessons: (Lessons | null)[] = []
    for (const [i, stage] of stages.entries()) lessons.push(await lessonsOf(stage, recipe, trained[i].model))
    lastLessons = { key, lessons }
  }
  const { lessons } = lastLessons
  return trained.map((one, i) => ({ sizes: one.sizes, lessons: lessons[i] }))
}
