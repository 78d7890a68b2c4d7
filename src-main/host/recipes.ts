/** Recipes by name, by path or as objects. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser'
import type { RecipeInfo } from '../contract/api.ts'
import { StudioError } from '../contract/errors.ts'
import { isRewardFile } from '../contract/own-reward.ts'
import {
  allSettings,
  type LineOf,
  parseRecipe,
  type Recipe,
  rewardModelStages,
  settingsOfStages,
  withAssignments,
} from '../contract/recipe.ts'
import { isSupervised, sourcesOf } from '../contract/stages.ts'
import { isModelName } from '../library/names.ts'
import { projectFolder } from './entries.ts'

export const shippedRecipes = join(fileURLToPath(projectFolder), 'resources', 'recipes')

export function listRecipes(folder = shippedRecipes): RecipeInfo[] {
  return shippedNames(folder).map((name) => describeRecipe(loadRecipe(name, [], folder)))
}

/** A recipe with the settings of each stage resolved, as they are when nothing is steered. */
export function describeRecipe(recipe: Recipe): RecipeInfo {
  const settings = settingsOfStages(recipe)
  const stages = recipe.stages.map(({ name, steps }, i) => ({ name, steps, settings: settings[i] }))
  return { name: recipe.name, title: recipe.title, description: recipe.description, recipe, stages }
}

/** @param from name of a shipped recipe, or path of a file */
export function recipePath(from: string, folder = shippedRecipes): string {
  const shipped = join(folder, `${from}.json`)
  return /^[a-z0-9][a-z0-9-]*$/.test(from) && existsSync(shipped) ? shipped : resolve(from)
}

/**
 * @param from name of a shipped recipe, path of a file, or the recipe itself
 * @param assignments `key=value`, applied before the recipe is checked
 * @throws StudioError bad-recipe naming the file, and the line and column or the fields that are wrong; bad-setting
 */
export function loadRecipe(
  from: string | Record<string, unknown>,
  assignments: string[],
  folder = shippedRecipes,
): Recipe {
  if (typeof from !== 'string') return parseRecipe(withAssignments(from, assignments), 'The recipe')
  const path = recipePath(from, folder)
  const text = readRecipeFile(path, from, folder)
  const recipe = parseRecipe(withAssignments(parseJson(text, path), assignments), path, linesOf(text))
  // Relative paths are meant from the recipe's own folder, wherever the app was started.
  recipe.model = modelOf(recipe.model, path)
  if (typeof recipe.ownReward === 'string' && isRewardFile(recipe.ownReward))
    recipe.ownReward = resolve(dirname(path), recipe.ownReward)
  if (recipe.data) {
    recipe.data.train = resolve(dirname(path), recipe.data.train)
    recipe.data.eval = resolve(dirname(path), recipe.data.eval)
  }
  for (const stage of recipe.stages) {
    const sources = isSupervised(stage) ? sourcesOf(stage.data) : stage.kind === 'reward-model' ? [stage.data] : []
    for (const source of sources)
      if (typeof source === 'object' && 'file' in source) source.file = resolve(dirname(path), source.file)
    if ('model' in stage && stage.model !== undefined) stage.model = modelOf(stage.model, path)
  }
  return recipe
}

function modelOf(model: string, recipePath: string): string {
  const folder = dirname(recipePath)
  return model === 'embedded' || isModelName(model, folder) ? model : resolve(folder, model)
}

/** Of a text that is JSON. A value that was assigned since stands in no line of it. */
export function linesOf(text: string): LineOf {
  const root = parseTree(text)
  return (path, value) => {
    const node = root && findNodeAtLocation(root, path as JSONPath)
    // what is missing is missing from the object around it
    const own = node ?? (root && path.length > 0 ? findNodeAtLocation(root, path.slice(0, -1) as JSONPath) : root)
    if (!own || (node && typeof value !== 'object' && node.value !== value)) return undefined
    return text.slice(0, own.offset).split('\n').length
  }
}

/**
 * The recipe cut off, or its last stage prolonged, to so many steps in all.
 * @throws StudioError bad-setting if steps is not a whole number above 0
 */
export function withSteps(recipe: Recipe, steps: number): Recipe {
  if (!Number.isInteger(steps) || steps < 1) {
    throw new StudioError(
      'bad-setting',
      `--steps must be a whole number above 0, not ${steps}.`,
      'For example: --steps 20',
    )
  }
  const stages: Recipe['stages'] = []
  let left = steps
  for (const [i, stage] of recipe.stages.entries()) {
    if (left === 0) break
    const last = i === recipe.stages.length - 1
    const taken = last ? left : Math.min(left, stage.steps)
    stages.push({ ...stage, steps: taken })
    left -= taken
  }
  return withoutLost({ ...recipe, stages }, recipe)
}

/** Rewards by reward models whose stages were cut off have nobody to ask. */
function withoutLost(recipe: Recipe, whole: Recipe): Recipe {
  const kept = rewardModelStages(recipe).map(({ name }) => name)
  const lost = rewardModelStages(whole).filter(({ name }) => !kept.includes(name))
  const result = structuredClone(recipe)
  for (const settings of [result.settings, ...result.stages.flatMap(allSettings)])
    for (const { judges } of lost) delete settings.rewardWeights?.[judges]
  return result
}

/** What a person should meet first; the others follow by name. */
const inOrder = [
  'r1-zero-mini',
  'r1-mini',
  'countdown',
  'logic',
  'code',
  'smollm2-arithmetic',
  'r1-zero-paper',
  'r1-paper',
]

function shippedNames(folder: string): string[] {
  if (!existsSync(folder)) return []
  const place = (name: string) => (inOrder.includes(name) ? inOrder.indexOf(name) : inOrder.length)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))
}

function readRecipeFile(path: string, asked: string, folder: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT'
        ? `There is no recipe "${asked}": it is neither the name of a shipped one nor a file (${path}).`
        : `The recipe ${path} cannot be read (${code}).`
    throw new StudioError('bad-recipe', why, `Shipped recipes: ${shippedNames(folder).join(', ') || 'none'}.`, {
      cause: error,
    })
  }
}

export function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    const before = text.slice(0, positionOf(message, text)).split('\n')
    const what = message.replace(/ in JSON at position[\s\S]*$/, '').replace(/, (?:\.\.\.)?"[\s\S]*$/, '')
    throw new StudioError(
      'bad-recipe',
      `${path} is not valid JSON: line ${before.length}, column ${before[before.length - 1].length + 1}: ${what}.`,
      'Correct it there: commas between fields, double quotes around names, no comments.',
      { cause: error },
    )
  }
}

/** Node tells the position of most errors; of an unexpected token it does not: the shortest start that shows it ends with it. */
function positionOf(message: string, text: string): number {
  const given = /at position (\d+)/.exec(message)
  if (given) return Number(given[1])
  if (!message.startsWith('Unexpected token')) return text.length
  let [fine, broken] = [0, text.length]
  while (broken - fine > 1) {
    const middle = (fine + broken) >> 1
    if (showsToken(text.slice(0, middle))) broken = middle
    else fine = middle
  }
  return broken - 1
}

function showsToken(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token')
  }
}
