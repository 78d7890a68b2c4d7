/** Table `runs`. */
import type { ErrorReport } from '../contract/errors.ts'
import type { RunMarks } from '../contract/marks.ts'
import { type Recipe, totalSteps } from '../contract/recipe.ts'
import type { RecipeSource } from '../contract/recipe-edit.ts'
import type { RunDetail, RunStatus, RunSummary } from '../contract/records.ts'
import { keptSettings, type Settings } from '../contract/settings.ts'
import { attachedOf, type KeptOpening, openingOf, sourceOf } from './attached.ts'
import { type Db, sql } from './database.ts'
import { holderOf, segmentsOf } from './family.ts'
import { recipeAt } from './plan.ts'
import { jobSummaryOf } from './ray-jobs.ts'
import { stagesOf } from './stages.ts'
import { isStaying, openEvents } from './steering.ts'

export interface RunRow {
  number: number
  id: string
  name: string
  config: string
  status: RunStatus
  backend_wanted: string | null
  backend: string | null
  device: string | null
  parameters: number | null
  created_at: string
  ended_at: string | null
  step: number
  stage: number
  settings: string
  error: string | null
  parent: number | null
  fork_step: number | null
  recipe_source: string | null
  /** JSON, of a run of another trainer. */
  source: string | null
  ingest_key: string | null
  /** Last status that its trainer told. */
  said: RunStatus | null
  starred: 0 | 1
  archived: 0 | 1
  tags: string
  note: string
  /** It lies in the bin since then. */
  deleted_at: string | null
  /** The bin was emptied: nothing but this row is left, or will be. */
  emptied: 0 | 1
}

/** Where its recipe was read from; null where that was no file. */
export const recipeSourceOf = ({ recipe_source: json }: Pick<RunRow, 'recipe_source'>): RecipeSource | null =>
  json === null ? null : (JSON.parse(json) as RecipeSource)

export interface NewRun {
  number: number
  id: string
  config: Recipe
  backendWanted: string | null
  createdAt: string
  settings: Settings
  parent?: number
  forkStep?: number
  /** Of what was abandoned, which no engine will go on with. */
  status?: 'abandoned'
  /** Of a run of another trainer. */
  attached?: { key: string; opening: KeptOpening }
  /** Of a recipe that came from a file. */
  source?: RecipeSource | null
}

/** What changes in a run; a field left out stays. */
export interface RunChange {
  status?: RunStatus
  backend?: string
  device?: string
  parameters?: number
  endedAt?: string | null
  step?: number
  stage?: number
  settings?: Settings
  error?: ErrorReport | null
  config?: Recipe
  source?: RecipeSource
}

export function insertRun(db: Db, run: NewRun): void {
  sql(
    db,
    `INSERT INTO runs (number, id, name, config, status, backend_wanted, created_at, settings, parent, fork_step,
       recipe_source, source, ingest_key, retention)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT value FROM defaults WHERE name = 'retention'))`,
  ).run(
    run.number,
    run.id,
    run.attached?.opening.title ?? run.config.title,
    JSON.stringify(run.config),
    run.status ?? 'starting',
    run.backendWanted,
    run.createdAt,
    JSON.stringify(run.settings),
    run.parent ?? null,
    run.forkStep ?? null,
    run.source ? JSON.stringify(run.source) : null,
    run.attached ? JSON.stringify(run.attached.opening) : null,
    run.attached?.key ?? null,
  )
}

export function updateRun(db: Db, run: number, change: RunChange): void {
  const columns: Record<string, unknown> = {
    status: change.status,
    backend: change.backend,
    device: change.device,
    parameters: change.parameters,
    ended_at: change.endedAt,
    step: change.step,
    stage: change.stage,
    settings: change.settings && JSON.stringify(change.settings),
    config: change.config && JSON.stringify(change.config),
    recipe_source: change.source && JSON.stringify(change.source),
    error: change.error === undefined ? undefined : change.error && JSON.stringify(change.error),
  }
  const given = Object.entries(columns).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  const assignments = given.map(([name]) => `${name} = ?`).join(', ')
  sql(db, `UPDATE runs SET ${assignments} WHERE number = ?`).run(...given.map(([, value]) => value), run)
}

export function lastRunNumber(db: Db): number {
  return sql<{ n: number }>(db, 'SELECT coalesce(max(number), 0) AS n FROM runs').get()!.n
}

/** Runs that a living engine would have: at opening there is none, so they were cut off. */
export function markInterrupted(db: Db, endedAt: string): number[] {
  const rows = sql<{ number: number }>(
    db,
    `UPDATE runs SET status = 'interrupted', ended_at = coalesce((SELECT max(at) FROM steps WHERE run = number), ?)
     WHERE status IN ('starting', 'running', 'paused') RETURNING number`,
  ).all(endedAt)
  return rows.map((row) => row.number)
}

/** Also of the bin. @param name the id, the ordinal (`3` or `#3`), or `last`, which is neither in the bin nor what was abandoned */
export function findRun(db: Db, name: string): RunRow | undefined {
  if (name === 'last')
    return sql<RunRow>(
      db,
      "SELECT * FROM runs WHERE status <> 'abandoned' AND deleted_at IS NULL ORDER BY number DESC LIMIT 1",
    ).get()
  const ordinal = /^#?(\d{1,9})$/.exec(name)
  if (ordinal) return sql<RunRow>(db, 'SELECT * FROM runs WHERE number = ?').get(Number(ordinal[1]))
  return sql<RunRow>(db, 'SELECT * FROM runs WHERE id = ?').get(name)
}

/** Those that are not in the bin, the newest first. */
export function listRuns(db: Db): RunSummary[] {
  return sql<RunRow>(db, 'SELECT * FROM runs WHERE deleted_at IS NULL ORDER BY number DESC')
    .all()
    .map((row) => summaryOf(db, row))
}

/**
 * A stored run in short. What only a living engine knows (`etaSeconds` of a run of ours) is null here.
 * `totalSteps` follows what happened: a stage left early or stayed in counts as it went.
 */
export function summaryOf(db: Db, row: RunRow): RunSummary {
  const config = recipeAt(db, row)
  const opening = openingOf(row)
  const reward = sql<{ value: number | null }>(
    db,
    `SELECT value FROM metrics WHERE run = ? AND step = ?
     AND metric = (SELECT metric FROM metric_names WHERE name = 'reward')`,
  ).get(holderOf(db, row.number, row.step), row.step)
  return {
    id: row.id,
    number: row.number,
    name: row.name,
    recipe: config.name,
    parent: row.parent,
    forkStep: row.fork_step,
    status: row.status,
    source: sourceOf(opening),
    job: opening && jobSummaryOf(db, row.number),
    seed: opening ? opening.seed : config.seed,
    backend: row.backend,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    step: row.step,
    totalSteps: opening ? opening.totalSteps : plannedTotal(db, row, config),
    stage: row.stage,
    stageName: config.stages[row.stage].name,
    stageCount: config.stages.length,
    staying: isStaying(db, row.number, row.step + 1),
    etaSeconds: opening ? timeLeft(db, row, opening.totalSteps) : null,
    trainedSeconds: trainedSeconds(db, row.number),
    reward: reward?.value ?? null,
    accuracy: lastAccuracy(db, row.number),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
    ...marksOf(row),
  }
}

export function marksOf({
  starred,
  archived,
  tags,
  note,
}: Pick<RunRow, 'starred' | 'archived' | 'tags' | 'note'>): RunMarks {
  return { starred: starred === 1, archived: archived === 1, tags: JSON.parse(tags) as string[], note }
}

/** Seconds of training so far, those before a fork included, pauses not counted. */
export function trainedSeconds(db: Db, run: number): number {
  const read = sql<{ seconds: number }>(
    db,
    'SELECT seconds FROM steps WHERE run = ? AND step <= ? AND closed = 1 ORDER BY step DESC LIMIT 1',
  )
  for (const { run: holder, upTo } of segmentsOf(db, run).reverse()) {
    const last = read.get(holder, upTo)
    if (last) return last.seconds
  }
  return 0
}

/** Of a run of another trainer, at the pace of its last steps. */
function timeLeft(db: Db, { number, step, status }: RunRow, total: number | null): number | null {
  if (status !== 'running' || total === null) return null
  const { pace } = sql<{ pace: number | null }>(
    db,
    `SELECT (max(seconds) - min(seconds)) / (max(step) - min(step)) AS pace
     FROM (SELECT step, seconds FROM steps WHERE run = ? AND closed = 1 ORDER BY step DESC LIMIT 20)`,
  ).get(number)!
  return pace === null ? null : Math.max(0, total - step) * pace
}

function lastAccuracy(db: Db, run: number): number | null {
  const read = sql<{ accuracy: number | null }>(
    db,
    'SELECT accuracy FROM evaluations WHERE run = ? AND step <= ? ORDER BY step DESC LIMIT 1',
  )
  for (const { run: holder, upTo } of segmentsOf(db, run).reverse()) {
    const last = read.get(holder, upTo)
    if (last) return last.accuracy
  }
  return null
}

function plannedTotal(db: Db, row: RunRow, config: Recipe): number {
  if (row.status === 'finished') return row.step
  const current = stagesOf(db, row.number).find((stage) => stage.stage === row.stage)
  if (current?.firstStep == null) return Math.max(row.step, totalSteps(config))
  const currentEnd = current.lastStep ?? Math.max(row.step, current.firstStep - 1 + current.plannedSteps)
  return config.stages.slice(row.stage + 1).reduce((sum, stage) => sum + stage.steps, currentEnd)
}

export function detailOf(db: Db, row: RunRow, folder: string): RunDetail {
  return {
    ...summaryOf(db, row),
    config: recipeAt(db, row),
    attached: attachedOf(openingOf(row)),
    settings: keptSettings(row.settings),
    pending: openEvents(db, row.number, row.id),
    stages: stagesOf(db, row.number),
    folder,
  }
}
