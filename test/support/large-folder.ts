/** A data folder as years of use leave it: many runs with their metrics, one of them with very many points, and as many completions as are asked for. */
import { mkdirSync } from 'node:fs'
import { initialSettings, type Recipe } from '../../src-main/contract/recipe.ts'
import type { RunStatus } from '../../src-main/contract/records.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { type Db, sql } from '../../src-main/store/database.ts'
import { putEvaluation } from '../../src-main/store/evaluations.ts'
import { prepareDataFolder, runFolder } from '../../src-main/store/folder.ts'
import { insertMetrics } from '../../src-main/store/metrics.ts'
import { insertRun, updateRun } from '../../src-main/store/runs.ts'
import { beginStage, insertStages } from '../../src-main/store/stages.ts'
import { Store } from '../../src-main/store/store.ts'
import { evaluationReport, stepReport } from '../host/support/records.ts'

export interface Size {
  runs: number
  /** Steps of each run but the first. */
  steps: number
  /** Steps of the first, which has every metric. */
  manySteps?: number
}

const recipes = ['r1-zero-mini', 'countdown', 'logic', 'code', 'r1-mini']
const statuses: RunStatus[] = ['finished', 'finished', 'finished', 'stopped', 'failed', 'interrupted']
const tags = ['baseline', 'repeat', 'clip', 'paper']

export function fillFolder(folder: string, { runs, steps, manySteps = steps }: Size): void {
  prepareDataFolder(folder)
  const store = new Store(folder)
  for (let number = 1; number <= runs; number++) {
    const recipe = loadRecipe(recipes[number % recipes.length], [`seed=${number % 3}`])
    store.write((db) => insertOne(db, folder, number, recipe))
    const last = number === 1 ? manySteps : steps
    for (let from = 1; from <= last; from += 500)
      store.write((db) => insertSteps(db, number, from, Math.min(last, from + 499), last))
    store.write((db) => updateRun(db, number, { step: last, endedAt: at(number, last) }))
  }
  store.close()
}

const at = (number: number, step: number) => new Date(Date.UTC(2026, 0, number, 8) + step * 1000).toISOString()

function insertOne(db: Db, folder: string, number: number, recipe: Recipe): void {
  const id = `${String(number).padStart(4, '0')}-${recipe.name}`
  mkdirSync(runFolder(folder, id), { recursive: true })
  // every sixth grew out of the one before
  const parent = number > 1 && number % 6 === 0 ? { parent: number - 1, forkStep: 10 } : {}
  const config = recipe
  insertRun(db, {
    number,
    id,
    config,
    backendWanted: null,
    createdAt: at(number, 0),
    settings: initialSettings(recipe),
    ...parent,
  })
  insertStages(db, number, recipe)
  // all steps are of the first stage
  beginStage(db, number, 0, 1)
  updateRun(db, number, { status: statuses[number % statuses.length], backend: 'tensorflow' })
  const own = [tags[number % 7], number % 5 === 0 ? 'seeds' : undefined].filter(Boolean)
  sql(db, 'UPDATE runs SET tags = ?, starred = ?, note = ? WHERE number = ?').run(
    JSON.stringify(own),
    Number(number % 9 === 0),
    number % 11 === 0 ? 'collapsed after the clip was opened' : '',
    number,
  )
}

function insertSteps(db: Db, number: number, from: number, to: number, last: number): void {
  const insert = sql(db, 'INSERT INTO steps (run, step, stage, at, seconds, settings) VALUES (?, ?, 0, ?, ?, ?)')
  const settings = JSON.stringify(stepReport(1).settings)
  const { metrics } = stepReport(1)
  for (let step = from; step <= to; step++) {
    const random = randomAt(number, 'large', step)
    const height = 0.25 + 0.65 * (1 - Math.exp((-3 * step) / last))
    insert.run(number, step, at(number, step), step * 0.4, settings)
    const values = Object.fromEntries(
      Object.keys(metrics).map((name, i) => [name, height * (1 + (i % 5)) + 0.1 * (random.next() - 0.5)]),
    )
    insertMetrics(db, number, step, values)
    if (step % Math.ceil(last / 4) === 0) putEvaluation(db, number, { ...evaluationReport(step), accuracy: height })
  }
}
