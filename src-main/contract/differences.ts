/** In what recipes differ: their fields, and the settings of their stages as they are when nothing is steered. */
import { type Recipe, settingsOfStages } from './recipe.ts'
import type { RunDetail } from './records.ts'
import type { Settings } from './settings.ts'

/** What another trainer delivers in place of a recipe. */
export interface Told {
  model: string
  seed: number | null
  /** By its own names. */
  config: Record<string, unknown>
  settings: Settings
}

export const recipeOrTold = ({ attached, config, seed, settings }: RunDetail): Recipe | Told =>
  attached ? { model: attached.model, config: attached.config, seed, settings } : config

const isTold = (one: Recipe | Told): one is Told => 'config' in one

export interface Difference {
  /** Dotted path: `trainPrompts`, `beta`, `rewardWeights.format`, `stages.1.steps`. */
  path: string
  /** One a recipe, in their order; undefined where the recipe has no such field. A setting that its stages change is a list. */
  values: unknown[]
}

/** What a recipe is called decides nothing. */
const names: readonly string[] = ['$schema', 'title', 'description']

/**
 * What another trainer did not deliver is unknown, which is no difference.
 * @returns fields first, in the recipe's order, then settings; none of equal recipes
 */
export function differences(all: readonly (Recipe | Told)[]): Difference[] {
  const fields = all.map((one) => (isTold(one) ? toldFields(one) : fieldsOf(one)))
  const settings = all.map((one) => (isTold(one) ? toldSettings(one) : settingsByPath(one)))
  const known = all.some(isTold) ? 2 : 1
  return [...differing(fields), ...differing(settings)].filter(
    ({ path, values }) => !names.includes(path) && values.filter((value) => value !== undefined).length >= known,
  )
}

const toldFields = ({ model, seed, config }: Told): Map<string, unknown> =>
  new Map(leaves({ model, ...(seed !== null && { seed }), config }))

function toldSettings({ settings: { rewardWeights, ...others } }: Told): Map<string, unknown> {
  const numbers = Object.entries(others).filter(([, value]) => typeof value === 'number' && !Number.isNaN(value))
  return new Map([...numbers, ...leaves({ rewardWeights })] as [string, unknown][])
}

function differing(maps: Map<string, unknown>[]): Difference[] {
  const paths = new Set(maps.flatMap((map) => [...map.keys()]))
  return [...paths].flatMap((path) => {
    const values = maps.map((map) => map.get(path))
    const [first, ...others] = values.map((value) => JSON.stringify(value))
    return others.every((other) => other === first) ? [] : [{ path, values }]
  })
}

/** All but the settings, of which defaults and inheritance say as much as what is written. */
function fieldsOf({ settings: _, stages, ...fields }: Recipe): Map<string, unknown> {
  const bare = stages.map(({ settings: __, ...stage }) => stage)
  return new Map(leaves({ ...fields, stages: bare }))
}

function settingsByPath(recipe: Recipe): Map<string, unknown> {
  const ofStages = settingsOfStages(recipe).map((settings) => new Map(leaves(settings)))
  const paths = new Set(ofStages.flatMap((map) => [...map.keys()]))
  return new Map(
    [...paths].map((path) => {
      const values = ofStages.map((map) => map.get(path))
      const changes = values.filter((value, i) => i === 0 || value !== values[i - 1])
      return [path, changes.length === 1 ? changes[0] : changes]
    }),
  )
}

function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}
