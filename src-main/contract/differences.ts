/** In what recipes differ: their fields, and the settings of their stages as they are when nothing is steered. */
import { type Recipe, settingsOfStages } from './recipe.ts'

export interface Difference {
  /** Dotted path: `trainPrompts`, `beta`, `rewardWeights.format`, `stages.1.steps`. */
  path: string
  /** One a recipe, in their order; undefined where the recipe has no such field. A setting that its stages change is a list. */
  values: unknown[]
}

/** What a recipe is called decides nothing. */
const names: readonly string[] = ['$schema', 'title', 'description']

/** @returns fields first, in the recipe's order, then settings; none of equal recipes */
export function differences(recipes: readonly Recipe[]): Difference[] {
  const fields = recipes.map(fieldsOf)
  const settings = recipes.map(settingsByPath)
  return [...differing(fields), ...differing(settings)].filter(({ path }) => !names.includes(path))
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
