/** Table `steps`, and the whole of a step: its metrics, groups and completions go in with it. */
import type { StepReport } from '../contract/records.ts'
import { keptSettings, type Settings } from '../contract/settings.ts'
import { type Db, sql } from './database.ts'
import { insertGroups } from './groups.ts'
import { deleteMetricsAfter, insertMetrics } from './metrics.ts'

/** @param seconds of training at the end of the step */
export function insertStep(db: Db, run: number, report: StepReport, seconds: number): void {
  sql(db, 'INSERT INTO steps (run, step, stage, at, seconds, settings) VALUES (?, ?, ?, ?, ?, ?)').run(
    run,
    report.step,
    report.stage,
    report.at,
    seconds,
    JSON.stringify(report.settings),
  )
  insertMetrics(db, run, report.step, report.metrics)
  insertGroups(db, run, report.step, report.groups)
}

/** Removes the steps after this one with all that belongs to them. */
export function deleteStepsAfter(db: Db, run: number, step: number): void {
  deleteMetricsAfter(db, run, step)
  sql(db, 'DELETE FROM steps WHERE run = ? AND step > ?').run(run, step)
}

export interface StoredStep {
  step: number
  stage: number
  at: string
  seconds: number
  settings: Settings
}

/** Steps in order, one at a time, so that an export of any length fits into memory. */
export function* eachStep(db: Db, run: number): Generator<StoredStep> {
  const rows = db
    .prepare<unknown[], Omit<StoredStep, 'settings'> & { settings: string }>(
      'SELECT step, stage, at, seconds, settings FROM steps WHERE run = ? AND closed = 1 ORDER BY step',
    )
    .iterate(run)
  for (const row of rows) yield { ...row, settings: keptSettings(row.settings) }
}

/** Seconds that a step of each stage has taken on the mean, as far as there were two of them. */
export function paceOfStages(db: Db, run: number): { stage: number; seconds: number }[] {
  return sql<{ stage: number; seconds: number }>(
    db,
    `SELECT stage, (max(seconds) - min(seconds)) / (count(*) - 1) AS seconds FROM steps
     WHERE run = ? AND closed = 1 GROUP BY stage HAVING count(*) > 1 ORDER BY stage`,
  ).all(run)
}
