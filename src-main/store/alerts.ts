/** Table `alerts`. */
import type { AlertRecord } from '../contract/records.ts'
import { type Db, sql } from './database.ts'

export function insertAlert(db: Db, run: number, alert: Omit<AlertRecord, 'id'>): AlertRecord {
  const result = sql(db, 'INSERT INTO alerts (run, step, at, kind, message, hint) VALUES (?, ?, ?, ?, ?, ?)').run(
    run,
    alert.step,
    alert.at,
    alert.kind,
    alert.message,
    alert.hint,
  )
  return { id: Number(result.lastInsertRowid), ...alert }
}

/** Oldest first. */
export function alertsOf(db: Db, run: number): AlertRecord[] {
  return sql<AlertRecord>(db, 'SELECT id, step, at, kind, message, hint FROM alerts WHERE run = ? ORDER BY id').all(run)
}
