/** Where a job's model comes from: its own files in the working directory, or the hub. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StudioError } from '../../contract/errors.ts'
import type { JobFile } from '../../contract/ray.ts'
import { isHubName, isModelName, isWheelModel } from '../../library/names.ts'
import { fetched, modelPath } from '../../library/places.ts'
import { projectFolder } from '../entries.ts'

/** Ray's dashboard takes no larger body. */
export const PACKAGE_LIMIT = 100 * 2 ** 20

export type ModelPlan = { ship: string } | { hub: string; revision: string | null }

/** @throws StudioError not-found for a model that is not there; bad-recipe for one that no trainer on a cluster could be given */
export function modelPlan(model: string): ModelPlan {
  if (isHubName(model) && isModelName(model) && !isWheelModel(model)) return { hub: model, revision: revisionOf(model) }
  const folder = model === 'embedded' ? fileURLToPath(new URL('resources/model', projectFolder)) : modelPath(model)
  if (!existsSync(folder)) throw new StudioError('not-found', `There is no ${folder}.`, 'Check the recipe’s model.')
  requireHuggingFace(folder)
  const bytes = filesOf(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
  if (bytes > PACKAGE_LIMIT)
    throw new StudioError(
      'too-large',
      `${folder} has ${megabytes(bytes)}, and Ray takes packages of at most ${megabytes(PACKAGE_LIMIT)}.`,
      'Name a model of the Hugging Face hub in the recipe, which the cluster fetches itself.',
    )
  return { ship: folder }
}

/** @param folder of the working directory @returns as job.json names it */
export function putModel(plan: ModelPlan, folder: string): JobFile['model'] {
  if ('hub' in plan) return plan
  mkdirSync(join(folder, 'model'), { recursive: true })
  for (const file of filesOf(plan.ship)) copyFileSync(join(plan.ship, file), join(folder, 'model', file))
  return { path: 'model' }
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

const revisionOf = (model: string): string | null => {
  const revision = fetched(model)?.revision
  return revision && /^[0-9a-f]{40}$/.test(revision) ? revision : null
}

const wanted = /\.(json|safetensors|jinja|model|txt)$/
const filesOf = (folder: string) => readdirSync(folder).filter((file) => wanted.test(file))

function requireHuggingFace(folder: string): void {
  const refuse = (what: string, hint: string): never => {
    throw new StudioError('bad-recipe', `${folder} ${what}.`, hint)
  }
  if (!statSync(folder).isDirectory() || !existsSync(join(folder, 'config.json')))
    refuse(
      'is no Hugging Face folder, which is what trainers on a cluster read',
      'Export it first: grpo-studio export-model --to hf.',
    )
  if (existsSync(join(folder, 'adapter_config.json')))
    refuse('holds adapters, not a whole model', 'Merge them first: grpo-studio export-model writes a whole model.')
  const kind = (JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { architectures?: string[] })
    .architectures
  if (!kind || kind.length === 0)
    refuse('does not say in config.json which architecture it has', 'Take config.json from the model’s own folder.')
}
