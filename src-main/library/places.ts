/** Where fetched models lie: a folder each in the user's cache, with a note of what was fetched. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cacheFolder } from '../../scripts/setup/places.mjs'
import { StudioError } from '../contract/errors.ts'
import { hubCache, snapshotOf } from './hub-cache.ts'
import { isHubName, isModelName, isWheelModel } from './names.ts'

/** Written last, so a folder that has it is whole. */
export interface ModelNote {
  name: string
  /** Commit on the hub, or the wheel's version and file. */
  revision: string
  at: string
  bytes: number
  files: { file: string; bytes: number; hash: string }[]
}

export interface FetchedModel extends ModelNote {
  folder: string
}

const NOTE = 'grpo-studio-model.json'

/** `GRPO_STUDIO_MODELS`, else `models` in the platform's cache folder. */
export function modelsFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.GRPO_STUDIO_MODELS ? resolve(env.GRPO_STUDIO_MODELS) : join(cacheFolder(env), 'models')
}

export const folderOf = (name: string, root = modelsFolder()): string => join(root, ...name.split('/'))

/** What is not whole yet, kept so that fetching can go on. */
export const partialFolderOf = (name: string, root = modelsFolder()): string =>
  join(root, '.partial', name.replace('/', '--'))

export const noteFile = (folder: string): string => join(folder, NOTE)

/** @returns undefined if it was not fetched, or not whole */
export function fetched(name: string, root = modelsFolder()): FetchedModel | undefined {
  const folder = folderOf(name, root)
  try {
    return { ...(JSON.parse(readFileSync(noteFile(folder), 'utf8')) as ModelNote), folder }
  } catch {
    return undefined
  }
}

/** Those that are there, by name. */
export function listFetched(root = modelsFolder()): FetchedModel[] {
  const folders = (at: string) =>
    existsSync(at)
      ? readdirSync(at, { withFileTypes: true })
          .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
          .map((entry) => entry.name)
      : []
  return folders(root)
    .flatMap((owner) => [owner, ...folders(join(root, owner)).map((name) => `${owner}/${name}`)])
    .flatMap((name) => fetched(name, root) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** @throws StudioError bad-request for what is no name of a model */
export function requireName(name: string): void {
  if (isWheelModel(name) || isHubName(name)) return
  throw new StudioError(
    'bad-request',
    `${JSON.stringify(name)} is no name of a model.`,
    'Give owner/name as the Hugging Face hub has it, or a short name that "grpo-studio models list" shows.',
  )
}

/**
 * The folder or file that a name or path means; "embedded" is left as it is.
 * @param cache where Hugging Face's own tools keep models: one that they fetched will do
 * @throws StudioError not-found for the name of a model that was not fetched
 */
export function modelPath(model: string, root = modelsFolder(), cache = hubCache()): string {
  if (!isModelName(model)) return model
  const found = fetched(model, root)?.folder ?? snapshotOf(model, cache)
  if (found) return found
  throw new StudioError(
    'not-found',
    `The model ${model} was not fetched yet (it would be in ${folderOf(model, root)}).`,
    `Fetch it first: grpo-studio models fetch ${model}`,
  )
}

/** Removes a model, and what of it was half fetched. @throws StudioError not-found */
export function removeModel(name: string, root = modelsFolder()): { folder: string } {
  requireName(name)
  const [folder, partial] = [folderOf(name, root), partialFolderOf(name, root)]
  if (!existsSync(folder) && !existsSync(partial))
    throw new StudioError(
      'not-found',
      `There is no model ${name} in ${root}.`,
      'Those that are there: grpo-studio models list',
    )
  rmSync(folder, { recursive: true, force: true })
  rmSync(partial, { recursive: true, force: true })
  return { folder }
}
