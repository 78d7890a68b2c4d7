/** Table `alerts`. */
import { type AlertRecord, courseAlerts, type Evidence } from '../contract/records.ts'
import { type Db, sql } from './database.ts'
import { acrossCourse } from './family.ts'

export function insertAlert(db: Db, run: number, alert: Omit<AlertRecord, 'id'>): AlertRecord {
  const result = sql(
    db,
    'INSERT INTO alerts (run, step, at, kind, message, hint, evidence) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(run, alert.step, alert.at, alert.kind, alert.message, alert.hint, JSON.stringify(alert.evidence))
  return { id: Number(result.lastInsertRowid), ...alert }
}

/** Of the alerts that come again with their steps. */
export function deleteAlertsAfter(db: Db, run: number, step: number): void {
  for (const kind of courseAlerts) {
    sql(db, 'DELETE FROM alerts WHERE run = ? AND kind = ? AND step > ?').run(run, kind, step)
  }
}

/** Of the run's whole course. */
export function courseAlertsOf(db: Db, run: number): AlertRecord[] {
  return acrossCourse(
    db,
    run,
    (holder) => alertsOf(db, holder),
    ({ step }) => step,
  )
}

/** Oldest first. */
export function alertsOf(db: Db, run: number): AlertRecord[] {
  const columns = 'id, step, at, kind, message, hint, evidence'
  return sql<Omit<AlertRecord, 'evidence'> & { evidence: string }>(
    db,
    `SELECT ${columns} FROM alerts WHERE run = ? ORDER BY id`,
  )
    .all(run)
    .map((row) => ({ ...row, evidence: JSON.parse(row.evidence) as Evidence[] }))
}
