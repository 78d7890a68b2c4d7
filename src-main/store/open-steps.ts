/** Steps whose parts come one by one, as other trainers report them: a step is open until its own report closes it. */
import type { GroupRecord } from '../contract/records.ts'
import { type Db, sql } from './database.ts'
import { insertGroups } from './groups.ts'
import { insertMetrics } from './metrics.ts'
import type { PackedAhead } from './packing.ts'

export interface ClosedStep {
  step: number
  at: string
  /** Of training, at its end. */
  seconds: number
  /** JSON. */
  settings: string
  metrics: Record<string, number>
}

export const isClosed = (db: Db, run: number, step: number): boolean =>
  sql<number>(db, 'SELECT closed FROM steps WHERE run = ? AND step = ?').pluck().get(run, step) === 1

/** Where it is there already, nothing changes. @param settings JSON */
export function openStep(db: Db, run: number, step: number, at: string, settings: string): void {
  sql(
    db,
    'INSERT OR IGNORE INTO steps (run, step, stage, at, seconds, settings, closed) VALUES (?, ?, 0, ?, 0, ?, 0)',
  ).run(run, step, at, settings)
}

/** The step must be open. */
export function closeStep(db: Db, run: number, { step, at, seconds, settings, metrics }: ClosedStep): void {
  sql(db, 'UPDATE steps SET at = ?, seconds = ?, settings = ?, closed = 1 WHERE run = ? AND step = ?').run(
    at,
    seconds,
    settings,
    run,
    step,
  )
  insertMetrics(db, run, step, metrics)
}

/** The last closed step before this one. */
export const closedBefore = (db: Db, run: number, step: number): { at: string; seconds: number } | undefined =>
  sql<{ at: string; seconds: number }>(
    db,
    'SELECT at, seconds FROM steps WHERE run = ? AND step < ? AND closed = 1 ORDER BY step DESC LIMIT 1',
  ).get(run, step)

/** @returns whether it was not there yet; the step must be */
export function insertGroup(db: Db, run: number, step: number, group: GroupRecord, ahead?: PackedAhead): boolean {
  const known = sql(db, 'SELECT 1 FROM groups WHERE run = ? AND step = ? AND grp = ?').get(run, step, group.group)
  if (known) return false
  insertGroups(db, run, step, [group], ahead)
  return true
}
