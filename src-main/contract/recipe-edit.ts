/** A recipe file that was edited since a run read it: in what, and what of it a run that is on its way can take over. */
import { z } from 'zod'
import { differences } from './differences.ts'
import { type KnobChanges, type KnobName, knobs, knobValue } from './knobs.ts'
import { type Recipe, settingsOfStages } from './recipe.ts'
import { partialSettings } from './settings.ts'

/** Where a run's recipe was read from. */
export const recipeSourceSchema = z.object({
  file: z.string(),
  assignments: z.array(z.string()),
  /** Steps in all that were asked for beside it. */
  steps: z.number().int().nullable(),
  /** SHA-256 of the file as it was read, or as a person last said what to do about it. */
  sha256: z.string(),
  /** Assignments of forks, laid over all that. */
  forked: z.array(z.string()).optional(),
})
export type RecipeSource = z.infer<typeof recipeSourceSchema>

export interface RecipeChange {
  path: string
  from: unknown
  to: unknown
  /** Why a run cannot take it over on its way; null: it can. */
  refused: string | null
}

export interface RecipeEdit {
  file: string
  changes: RecipeChange[]
  /** Why the file says nothing any more: what is wrong with it. */
  unreadable: string | null
}

/** Fields that say when to look and to save, not what is learnt. */
const whenever = /^(evalEvery|checkpointEvery|pauseOn)(\.|$)/
/** Of the stage that the run is in, when it ends. */
const stageEnds = /^(steps|gate)(\.|$)/

/** @param stage that the run is in */
export function recipeChanges(before: Recipe, after: Recipe, stage: number): RecipeChange[] {
  return differences([before, after]).map(({ path, values: [from, to] }) => ({
    path,
    from,
    to,
    refused: isSetting(path) ? settingRefused(path, before, after, stage) : fieldRefused(path, stage),
  }))
}

/** What the edit turns at once: knobs whose value in the stage that the run is in is another one. */
export function turnedKnobs(before: Recipe, after: Recipe, stage: number): KnobChanges {
  const [old, now] = [before, after].map((recipe) => settingsOfStages(recipe)[stage])
  const turned = knobs.filter(({ name }) => knobValue(old, name) !== knobValue(now, name))
  return Object.fromEntries(turned.map(({ name }) => [name, knobValue(now, name)]))
}

const isSetting = (path: string) => path.split('.')[0] in partialSettings.shape

function fieldRefused(path: string, stage: number): string | null {
  if (whenever.test(path)) return null
  const [, at, rest] = /^stages\.(\d+)\.(.+)$/.exec(path) ?? []
  if (at === undefined) return 'It decides what the run began with.'
  if (Number(at) > stage) return null
  if (Number(at) < stage) return 'That stage is done.'
  return stageEnds.test(rest) ? null : 'The run is in that stage.'
}

function settingRefused(path: string, before: Recipe, after: Recipe, stage: number): string | null {
  const inStages = (recipe: Recipe) => settingsOfStages(recipe).map((settings) => JSON.stringify(at(settings, path)))
  const [old, now] = [inStages(before), inStages(after)]
  if (old[stage] !== now[stage])
    return knobs.some(({ name }) => name === (path as KnobName)) &&
      at(settingsOfStages(after)[stage], path) !== undefined
      ? null
      : 'It cannot be turned while a run goes.'
  return now.some((value, i) => i > stage && value !== old[i]) ? null : 'Those stages are done.'
}

function at(settings: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], settings)
}
