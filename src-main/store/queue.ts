/** Table `queue`: every run that was ever asked for in turn; those that started name their run. */

import { type ErrorReport, StudioError } from '../contract/errors.ts'
import type { QueueEntry } from '../contract/queue.ts'
import { type Recipe, totalSteps } from '../contract/recipe.ts'
import type { RecipeSource } from '../contract/recipe-edit.ts'
import { type Db, sql } from './database.ts'
import { recipeSourceOf } from './runs.ts'

export interface QueueOrder {
  recipe: Recipe
  backend: string | null
  /** Although the estimate says that it does not fit. */
  anyway: boolean
  /** Of a recipe that came from a file. */
  source?: RecipeSource | null
  /** Number of its sweep, and the position of its cell. */
  sweep?: number
  cell?: number
}

export interface Waiting extends QueueOrder {
  id: number
}

interface QueueRow {
  id: number
  recipe: string
  backend: string | null
  anyway: number
  added_at: string
  seconds: number | null
  recipe_source: string | null
  state: 'waiting' | 'started' | 'failed' | 'removed'
  error: string | null
  sweep_name: string | null
  sweep_plan: string | null
  cell: number | null
}

export function enqueue(db: Db, { recipe, backend, anyway, source, sweep, cell }: QueueOrder, addedAt: string): number {
  const { lastInsertRowid } = sql(
    db,
    `INSERT INTO queue (position, recipe, backend, anyway, added_at, state, sweep, cell, recipe_source)
     VALUES ((SELECT coalesce(max(position), 0) + 1 FROM queue), ?, ?, ?, ?, 'waiting', ?, ?, ?)`,
  ).run(
    JSON.stringify(recipe),
    backend,
    Number(anyway),
    addedAt,
    sweep ?? null,
    cell ?? null,
    source ? JSON.stringify(source) : null,
  )
  return Number(lastInsertRowid)
}

/** Those that wait, in their order, then those that were refused. */
export function queueEntries(db: Db): QueueEntry[] {
  return sql<QueueRow>(
    db,
    `SELECT queue.*, sweeps.name AS sweep_name, sweeps.plan AS sweep_plan FROM queue LEFT JOIN sweeps ON sweeps.number = queue.sweep
     WHERE state IN ('waiting', 'failed') ORDER BY state = 'failed', position`,
  )
    .all()
    .map((row) => entryOf(db, row))
}

function entryOf(db: Db, row: QueueRow): QueueEntry {
  const recipe = JSON.parse(row.recipe) as Recipe
  const plan = row.sweep_plan === null ? null : (JSON.parse(row.sweep_plan) as { cells: { label: string }[] })
  return {
    id: row.id,
    title: recipe.title,
    recipe: recipe.name,
    seed: recipe.seed,
    steps: totalSteps(recipe),
    backend: row.backend,
    addedAt: row.added_at,
    status: row.state === 'failed' ? 'failed' : 'waiting',
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
    seconds: row.seconds ?? paceOf(db, recipe),
    sweep: row.sweep_name,
    cell: plan?.cells[row.cell ?? 0]?.label ?? null,
  }
}

/** By the seconds a step of the newest run of the same recipe on the same model; null where there is none. */
function paceOf(db: Db, recipe: Recipe): number | null {
  const row = sql<{ pace: number | null }>(
    db,
    `SELECT (SELECT max(seconds) FROM steps WHERE run = number) / step AS pace FROM runs
     WHERE step >= 3 AND json_extract(config, '$.name') = ? AND json_extract(config, '$.model') = ?
     ORDER BY number DESC LIMIT 1`,
  ).get(recipe.name, recipe.model)
  return row?.pace == null ? null : row.pace * totalSteps(recipe)
}

/** The one whose turn it is. */
export function firstWaiting(db: Db): Waiting | undefined {
  const row = sql<QueueRow & { sweep: number | null }>(
    db,
    `SELECT * FROM queue WHERE state = 'waiting' ORDER BY position LIMIT 1`,
  ).get()
  return row && waitingOf(row)
}

export function countWaiting(db: Db): number {
  return sql<{ n: number }>(db, `SELECT count(*) AS n FROM queue WHERE state = 'waiting'`).get()!.n
}

/** Those that nothing is known of yet, in their order. */
export function unestimated(db: Db): Waiting[] {
  return sql<QueueRow>(db, `SELECT * FROM queue WHERE state = 'waiting' AND seconds IS NULL ORDER BY position`)
    .all()
    .map(waitingOf)
}

const waitingOf = ({ id, recipe, backend, anyway, recipe_source }: QueueRow): Waiting => ({
  id,
  recipe: JSON.parse(recipe) as Recipe,
  backend,
  anyway: anyway === 1,
  source: recipeSourceOf({ recipe_source }),
})

export function setEstimate(db: Db, id: number, seconds: number): void {
  sql(db, 'UPDATE queue SET seconds = ? WHERE id = ?').run(seconds, id)
}

/**
 * In the transaction that makes the run, so that neither is there without the other.
 * @throws StudioError cancelled if it does not wait any more
 */
export function markStarted(db: Db, id: number, run: number): void {
  const { changes } = sql(db, `UPDATE queue SET state = 'started', run = ? WHERE id = ? AND state = 'waiting'`).run(
    run,
    id,
  )
  if (changes === 0) throw new StudioError('cancelled', `q${id} was taken out of the queue.`, 'Queue it again.')
}

export function markRefused(db: Db, id: number, error: ErrorReport): void {
  sql(db, `UPDATE queue SET state = 'failed', error = ? WHERE id = ? AND state = 'waiting'`).run(
    JSON.stringify(error),
    id,
  )
}

/** @param place among those that wait, from 1 @throws StudioError not-found if it does not wait */
export function moveEntry(db: Db, id: number, place: number): void {
  const ids = sql<number>(db, `SELECT id FROM queue WHERE state = 'waiting' ORDER BY position`)
    .pluck()
    .all() as number[]
  if (!ids.includes(id)) throw unknownEntry(id)
  const others = ids.filter((other) => other !== id)
  others.splice(place - 1, 0, id)
  // beyond all positions that there are, as those of others that were refused or removed lie between
  const last = sql<{ n: number }>(db, 'SELECT max(position) AS n FROM queue').get()!.n
  const update = sql(db, 'UPDATE queue SET position = ? WHERE id = ?')
  for (const [i, other] of others.entries()) update.run(last + 1 + i, other)
}

/** @throws StudioError not-found naming the first that is not listed */
export function removeEntries(db: Db, ids: readonly number[]): void {
  const update = sql(
    db,
    `UPDATE queue SET removed_from = state, state = 'removed' WHERE id = ? AND state IN ('waiting', 'failed')`,
  )
  for (const id of ids) if (update.run(id).changes === 0) throw unknownEntry(id)
}

/** Undoes a removal: each is again where it was. @throws StudioError not-found */
export function putBackEntries(db: Db, ids: readonly number[]): void {
  const update = sql(
    db,
    `UPDATE queue SET state = removed_from, removed_from = NULL WHERE id = ? AND state = 'removed'`,
  )
  for (const id of ids) if (update.run(id).changes === 0) throw unknownEntry(id)
}

/** Removals of an earlier opening are nobody's to undo. */
export function forgetRemoved(db: Db): void {
  db.exec(`DELETE FROM queue WHERE state = 'removed'`)
}

/** The newest run that was trained here, if it came from the queue and was cut off. */
export function cutOffRun(db: Db): number | null {
  const row = sql<{ number: number }>(
    db,
    `SELECT number FROM runs JOIN queue ON queue.run = runs.number
     WHERE status = 'interrupted' AND deleted_at IS NULL
       AND number = (SELECT max(number) FROM runs WHERE source IS NULL)`,
  ).get()
  return row?.number ?? null
}

function unknownEntry(id: number): StudioError {
  return new StudioError(
    'not-found',
    `There is no q${id} in the queue.`,
    'It may have started or been removed: grpo-studio queue list says what waits.',
  )
}
