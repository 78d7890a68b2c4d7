/** Records of an exported run, put back as they were: ids too, where no other record has them. */
import type { AlertRecord, SteeringEvent } from '../contract/records.ts'
import type { SampleLabel } from '../contract/sample-label.ts'
import { type Db, sql } from './database.ts'

function freeId(db: Db, table: 'steering_events' | 'alerts', id: number): number | null {
  return sql(db, `SELECT 1 FROM ${table} WHERE id = ?`).get(id) ? null : id
}

export function restoreEvent(db: Db, run: number, event: Omit<SteeringEvent, 'runId'>): void {
  const json = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value))
  sql(
    db,
    `INSERT INTO steering_events (id, run, kind, changes, note, requested_at, requested_step, effective_step, before, refused, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    freeId(db, 'steering_events', event.id),
    run,
    event.kind,
    json(event.changes),
    event.note ?? null,
    event.requestedAt,
    event.requestedStep,
    event.effectiveStep,
    JSON.stringify(event.before),
    event.refused,
    json(event.detail),
  )
}

/** It was seen where it came from. */
export function restoreAlert(db: Db, run: number, alert: AlertRecord): void {
  sql(
    db,
    'INSERT INTO alerts (id, run, step, at, kind, message, hint, evidence, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)',
  ).run(
    freeId(db, 'alerts', alert.id),
    run,
    alert.step,
    alert.at,
    alert.kind,
    alert.message,
    alert.hint,
    JSON.stringify(alert.evidence),
  )
}

export function restoreLabel(
  db: Db,
  run: number,
  place: { step: number; group: number; sample: number },
  { label, note }: SampleLabel,
  at: string,
): void {
  sql(db, 'INSERT INTO sample_labels (run, step, grp, sample, label, note, at) VALUES (?, ?, ?, ?, ?, ?, ?)').run(
    run,
    place.step,
    place.group,
    place.sample,
    label,
    note,
    at,
  )
}
