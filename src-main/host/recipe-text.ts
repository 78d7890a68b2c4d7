/** A recipe that a window read from a file of its own machine: all there is of it is its text. */
import { isAbsolute } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { isRewardFile } from '../contract/own-reward.ts'
import { parseRecipe, type Recipe } from '../contract/recipe.ts'
import { isSupervised, sourcesOf } from '../contract/stages.ts'
import { isModelName } from '../library/names.ts'
import { linesOf, parseJson } from './recipes.ts'

/**
 * @param name of the file, for messages
 * @throws StudioError bad-recipe naming line, field and value; also for files beside it, which are not there
 */
export function recipeOfText(text: string, name: string): Recipe {
  const recipe = parseRecipe(parseJson(text, name), name, linesOf(text))
  const beside = pathsOf(recipe).find(([, path]) => !isAbsolute(path))
  if (beside)
    throw new StudioError(
      'bad-recipe',
      `${name} names a file beside it: ${beside[0]} is "${beside[1]}".`,
      'Choose "A recipe file…" and give its path on the machine that trains, or write whole paths into it.',
    )
  return recipe
}

function pathsOf({ model, ownReward, data, stages }: Recipe): [field: string, path: string][] {
  const found: [string, string | undefined][] = [
    ['model', isPath(model) ? model : undefined],
    ['ownReward', typeof ownReward === 'string' && isRewardFile(ownReward) ? ownReward : undefined],
    ['data.train', data?.train],
    ['data.eval', data?.eval],
  ]
  stages.forEach((stage, i) => {
    if ('model' in stage && stage.model !== undefined && isPath(stage.model))
      found.push([`stages.${i}.model`, stage.model])
    const sources = isSupervised(stage) ? sourcesOf(stage.data) : stage.kind === 'reward-model' ? [stage.data] : []
    for (const source of sources)
      if (typeof source === 'object' && 'file' in source) found.push([`stages.${i}.data`, source.file])
  })
  return found.filter((one): one is [string, string] => one[1] !== undefined)
}

const isPath = (model: string) => model !== 'embedded' && !isModelName(model, '/')
