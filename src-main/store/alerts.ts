/** Table `alerts`. */
import type { AlertList, AlertQuery, ListedAlert } from '../contract/alerts.ts'
import { type AlertKind, type AlertRecord, courseAlerts, type Evidence } from '../contract/records.ts'
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

interface ListedRow extends Omit<ListedAlert, 'evidence' | 'seen'> {
  evidence: string
  seen: 0 | 1
}

const visible = 'alerts JOIN runs ON runs.number = alerts.run WHERE runs.deleted_at IS NULL'

/** Of all runs that are not in the bin, the newest first. */
export function listAlerts(db: Db, { kind, run, unseen, limit }: AlertQuery): AlertList {
  const wanted = [kind && 'alerts.kind = @kind', run && 'alerts.run = @run', unseen && 'alerts.seen = 0'].filter(
    Boolean,
  )
  const where = [visible, ...wanted].join(' AND ')
  const given = { ...(kind && { kind }), ...(run && { run }) }
  const columns = 'alerts.id, alerts.step, alerts.at, kind, message, hint, evidence, seen'
  const rows = sql<ListedRow>(
    db,
    `SELECT ${columns}, runs.id AS runId, runs.number, runs.name FROM ${where} ORDER BY alerts.at DESC, alerts.id DESC LIMIT @limit`,
  ).all({ ...given, limit })
  const total = sql<number>(db, `SELECT count(*) FROM ${where}`).pluck().get(given)!
  const kinds = sql<{ kind: AlertKind; count: number }>(
    db,
    `SELECT kind, count(*) AS count FROM ${visible} GROUP BY kind ORDER BY count DESC, kind`,
  ).all()
  const runs = sql<{ number: number; name: string; count: number }>(
    db,
    `SELECT runs.number, runs.name, count(*) AS count FROM ${visible} GROUP BY runs.number ORDER BY runs.number DESC`,
  ).all()
  const alerts = rows.map((row) => ({ ...row, seen: row.seen === 1, evidence: JSON.parse(row.evidence) as Evidence[] }))
  return { alerts, total, unseen: countUnseen(db), kinds, runs }
}

export const countUnseen = (db: Db): number =>
  sql<number>(db, `SELECT count(*) FROM ${visible} AND alerts.seen = 0`).pluck().get()!

/** @param ids null: all of them */
export function markSeen(db: Db, ids: readonly number[] | null, seen: boolean): void {
  if (ids === null) sql(db, 'UPDATE alerts SET seen = ? WHERE seen <> ?').run(Number(seen), Number(seen))
  for (const id of ids ?? []) sql(db, 'UPDATE alerts SET seen = ? WHERE id = ?').run(Number(seen), id)
}
