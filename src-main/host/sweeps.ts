/** Sweeps by name, by path or as objects: checked cell by cell before anything is queued, then queued as one. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StudioError } from '../contract/errors.ts'
import type { Recipe } from '../contract/recipe.ts'
import { planOf, type Sweep, type SweepPlan, type SweepSetUp, sweepSchema } from '../contract/sweep.ts'
import { insertSweep } from '../store/sweeps.ts'
import { projectFolder } from './entries.ts'
import type { Host } from './host.ts'
import { linesOf, loadRecipe, parseJson, withSteps } from './recipes.ts'

export const shippedSweeps = join(fileURLToPath(projectFolder), 'resources', 'sweeps')

/** A sweep that is ready to be queued. */
export interface PreparedSweep {
  name: string
  plan: SweepPlan
  /** By cell, then seed: cell 0 with all its seeds first. */
  runs: { cell: number; recipe: Recipe }[]
}

/**
 * @param from name of a set-up that comes along, path of a file, or the sweep itself
 * @throws StudioError bad-request: no such sweep, a field that is wrong (with its line), what `planOf` refuses; bad-recipe, bad-setting naming the cell
 */
export function prepareSweep(from: string | Record<string, unknown>): PreparedSweep {
  const { sweep, folder } =
    typeof from === 'string' ? readSweep(from) : { sweep: parseSweep(from, 'The sweep'), folder: '' }
  const { recipe } = sweep
  const source = typeof recipe === 'string' ? recipeOf(recipe, folder) : recipe
  const plan = planOf(sweep, loadRecipe(source, []))
  const runs = plan.cells.flatMap(({ label, assignments }, cell) =>
    plan.seeds.map((seed) => {
      const own = assignments.some((a) => a.startsWith('seed=')) ? [] : [`seed=${seed}`]
      const loaded = inCell(label, () => loadRecipe(source, [...plan.common, ...own, ...assignments]))
      const shown = sweep.steps === undefined ? loaded : withSteps(loaded, sweep.steps)
      return { cell, recipe: { ...shown, title: `${sweep.title}: ${label}`.slice(0, 120) } }
    }),
  )
  return { name: sweep.name, plan, runs }
}

/** Queues all runs of the sweep, or none. @returns its name @throws StudioError as `RunQueue.add` */
export function startSweep(host: Host, { name, plan, runs }: PreparedSweep, backend: string | null): string {
  let given = name
  host.queue.add(
    runs.map(({ cell, recipe }) => ({ recipe, backend, anyway: false, cell })),
    (db) => {
      const made = insertSweep(db, name, plan, new Date().toISOString())
      given = made.name
      return { sweep: made.number }
    },
  )
  return given
}

export function listSetUps(folder = shippedSweeps): SweepSetUp[] {
  return namesIn(folder).map((name) => {
    const { plan } = prepareSweep(join(folder, `${name}.json`))
    const { title, description, recipe, cells, seeds } = plan
    return { name, title, description, recipe, cells: cells.map(({ label }) => label), seeds: seeds.length }
  })
}

/** Whether it names a sweep, not a recipe. */
export function isSweep(from: string): boolean {
  if (namesIn(shippedSweeps).includes(from)) return true
  try {
    const json = JSON.parse(readFileSync(resolve(from), 'utf8')) as Record<string, unknown>
    return json.recipe !== undefined && json.stages === undefined
  } catch {
    return false
  }
}

function readSweep(from: string): { sweep: Sweep; folder: string } {
  const shipped = join(shippedSweeps, `${from}.json`)
  const path = /^[a-z0-9][a-z0-9-]*$/.test(from) && existsSync(shipped) ? shipped : resolve(from)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new StudioError(
      'bad-request',
      `There is no sweep "${from}": it is neither one that comes along nor a file (${path}).`,
      `Those that come along: ${namesIn(shippedSweeps).join(', ')}.`,
      { cause: error },
    )
  }
  return { sweep: parseSweep(parseJson(text, path), path, text), folder: dirname(path) }
}

/** @param text of the file that it was read from */
function parseSweep(json: unknown, source: string, text?: string): Sweep {
  const result = sweepSchema.safeParse(json)
  if (result.success) return result.data
  const lineOf = text === undefined ? () => undefined : linesOf(text)
  const problems = result.error.issues.map((issue) => {
    const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], json)
    const line = lineOf(path, value)
    const shown = value === undefined || typeof value === 'object' ? '' : ` (it is ${JSON.stringify(value)})`
    return `${line === undefined ? '' : `line ${line}, `}${issue.path.join('.') || '(top level)'}: ${issue.message}${shown}`
  })
  throw new StudioError(
    'bad-request',
    `${source} is not a valid sweep: ${problems.join('; ')}.`,
    'Correct the fields named; docs/recipes.md lists them all.',
  )
}

/** A relative path is meant from the sweep's own folder. */
function recipeOf(recipe: string, folder: string): string {
  return folder !== '' && recipe.endsWith('.json') ? resolve(folder, recipe) : recipe
}

function inCell<T>(label: string, load: () => T): T {
  try {
    return load()
  } catch (error) {
    if (!(error instanceof StudioError)) throw error
    const { code, message, hint } = error
    throw new StudioError(code, `In the cell "${label}": ${message}`, hint, { cause: error })
  }
}

function namesIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort()
}
