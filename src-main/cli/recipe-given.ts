import { existsSync } from 'node:fs'
import { presetName } from '../contract/presets.ts'
import { listPresets } from '../host/presets.ts'
import { recipePath } from '../host/recipes.ts'
import { dataFolder } from './options.ts'

/** A recipe as a person named it: one that comes along, a file, or a preset of the data folder. */
export function recipeGiven(name: string, options: { data?: string }): string {
  if (!presetName.safeParse(name).success || existsSync(recipePath(name))) return name
  return listPresets(dataFolder(options)).find((preset) => preset.name === name)?.file ?? name
}
