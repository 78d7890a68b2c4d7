import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { type Preset, presetName, presetNameOf } from '../contract/presets.ts'
import { listPresets, removePreset, restorePreset, savePreset } from '../host/presets.ts'
import { loadRecipe } from '../host/recipes.ts'
import { prepareDataFolder } from '../store/folder.ts'
import { dataFolder, dataOption, jsonOption, setOption } from './options.ts'
import { print, printJson, table } from './output.ts'
import { recipeGiven } from './recipe-given.ts'

interface PresetOptions {
  data?: string
  json?: boolean
}

export function addPresets(program: Command): void {
  const presets = program
    .command('presets')
    .description('recipes saved by a name of your own, which the window has too')
    .addHelpText(
      'after',
      `
They lie in the folder "presets" of the data folder. Every verb that takes a recipe takes the name of one.

Examples:
  grpo-studio presets save "Longer answers" r1-mini --set maxCompletionTokens=128
  grpo-studio presets list --json
  grpo-studio run longer-answers
  grpo-studio presets remove longer-answers
  grpo-studio presets restore longer-answers`,
    )
  const verb = (usage: string, about: string) =>
    presets.command(usage).description(about).addOption(dataOption()).addOption(jsonOption())
  verb('list', 'those that there are').action(list)
  verb('save <name> <recipe>', 'a recipe with changes, as a preset')
    .addOption(setOption('change a field or setting of the recipe; repeatable'))
    .option('--replace', 'one of this name that there is already')
    .action(save)
  verb('remove <name>', 'delete one; "restore" brings it back').action((name: string, options: PresetOptions) => {
    removePreset(dataFolder(options), name)
    if (options.json) printJson({ removed: name })
    else print(`Deleted. grpo-studio presets restore ${name} brings it back.`)
  })
  verb('restore <name>', 'take back the deletion of one').action((name: string, options: PresetOptions) =>
    tell(restorePreset(dataFolder(options), name), options),
  )
}

function list(options: PresetOptions): void {
  const presets = listPresets(dataFolder(options))
  if (options.json) printJson(presets)
  else if (presets.length === 0)
    print('There is none yet. For example: grpo-studio presets save mine r1-mini --set beta=0')
  else
    print(
      table(
        ['name', 'title', 'file'],
        presets.map(({ name, info, problem, file }) => [name, info?.title ?? `! ${problem}`, file]),
      ),
    )
}

function save(title: string, recipe: string, options: PresetOptions & { set?: string[]; replace?: boolean }): void {
  const name = presetNameOf(title)
  if (!presetName.safeParse(name).success)
    throw new StudioError('bad-request', `"${title}" makes no name.`, 'A name has a letter from a to z or a digit.')
  const folder = dataFolder(options)
  const loaded = loadRecipe(recipeGiven(recipe, options), options.set ?? [])
  prepareDataFolder(folder)
  tell(savePreset(folder, name, title, loaded, options.replace ?? false), options)
}

function tell(preset: Preset, { json }: PresetOptions): void {
  if (json) printJson(preset)
  else print(`${preset.name}: ${preset.file}`)
}
