/** Recipes saved by name: files in the data folder, which window and command line share. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportOf, StudioError } from '../contract/errors.ts'
import type { Preset } from '../contract/presets.ts'
import type { Recipe } from '../contract/recipe.ts'
import { describeRecipe, listRecipes, loadRecipe } from './recipes.ts'

const ending = '.grpo'
/** Of one that was deleted, until another of its name is. */
const gone = '.deleted'

const folderOf = (dataFolder: string) => join(dataFolder, 'presets')
const fileOf = (dataFolder: string, name: string) => join(folderOf(dataFolder), `${name}${ending}`)

export function listPresets(dataFolder: string): Preset[] {
  if (!existsSync(folderOf(dataFolder))) return []
  return readdirSync(folderOf(dataFolder))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => readPreset(dataFolder, file.slice(0, -ending.length)))
}

function readPreset(dataFolder: string, name: string): Preset {
  const file = fileOf(dataFolder, name)
  try {
    return { name, file, info: describeRecipe(loadRecipe(file, [])), problem: null }
  } catch (error) {
    return { name, file, info: null, problem: reportOf(error).message }
  }
}

/**
 * @param recipe checked, its paths absolute
 * @throws StudioError bad-request for a name that is taken, unless it is to be replaced; data-folder if it cannot be written
 */
export function savePreset(dataFolder: string, name: string, title: string, recipe: Recipe, replace: boolean): Preset {
  const file = fileOf(dataFolder, name)
  if (listRecipes().some((shipped) => shipped.name === name))
    throw new StudioError('bad-request', `"${name}" is a recipe that comes along.`, 'Give the preset another name.')
  if (existsSync(file) && !replace)
    throw new StudioError('bad-request', `There is a preset "${name}" already.`, 'Replace it, or give another name.')
  keep(file, () => {
    mkdirSync(folderOf(dataFolder), { recursive: true })
    writeFileSync(`${file}.new`, `${JSON.stringify({ ...recipe, name, title }, null, 2)}\n`)
    renameSync(`${file}.new`, file)
  })
  return readPreset(dataFolder, name)
}

/** @throws StudioError not-found, data-folder */
export function removePreset(dataFolder: string, name: string): void {
  const file = presetFile(dataFolder, name)
  keep(file, () => renameSync(file, file + gone))
}

/** @throws StudioError not-found for one that was not deleted; bad-request where another took its name; data-folder */
export function restorePreset(dataFolder: string, name: string): Preset {
  const file = fileOf(dataFolder, name)
  if (!existsSync(file + gone)) throw notFound(dataFolder, name, 'deleted preset')
  if (existsSync(file))
    throw new StudioError('bad-request', `There is another preset "${name}" by now.`, 'Delete that one first.')
  keep(file, () => renameSync(file + gone, file))
  return readPreset(dataFolder, name)
}

/** @throws StudioError not-found, naming those that there are */
export function presetFile(dataFolder: string, name: string): string {
  const file = fileOf(dataFolder, name)
  if (existsSync(file)) return file
  throw notFound(dataFolder, name, 'preset')
}

function notFound(dataFolder: string, name: string, what: string): StudioError {
  const names = listPresets(dataFolder).map((preset) => preset.name)
  return new StudioError('not-found', `There is no ${what} "${name}".`, `Presets: ${names.join(', ') || 'none'}.`)
}

function keep(file: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    rmSync(`${file}.new`, { force: true })
    const { code } = error as NodeJS.ErrnoException
    throw new StudioError('data-folder', `The preset ${file} cannot be written (${code}).`, 'See to that folder.', {
      cause: error,
    })
  }
}
