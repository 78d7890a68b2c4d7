/** Table `steering_events`. */

import type { KnobChanges } from '../contract/knobs.ts'
import { planKinds } from '../contract/plan.ts'
import type { EventDetail, EventKind, SteeringCommand, SteeringEvent, SteeringKind } from '../contract/records.ts'
import { type Db, sql } from './database.ts'
import { acrossCourse, segmentsOf } from './family.ts'

interface EventRow {
  id: number
  kind: EventKind
  changes: string | null
  note: string | null
  requested_at: string
  requested_step: number
  effective_step: number | null
  before: string
  refused: string | null
  detail: string | null
}

/** What changes the course of a run: a resumed run meets it again. */
export const courseKinds: EventKind[] = ['set', 'next-stage', 'stay', 'refresh-reference', ...planKinds]
/** What only says when a run goes on. */
export const controlKinds: SteeringKind[] = ['pause', 'resume', 'step', 'stop', 'save']
export const steeringKinds = [...courseKinds, ...controlKinds]

/** @returns the event's id */
export function insertEvent(db: Db, run: number, command: SteeringCommand, at: string, step: number): number {
  const result = sql(
    db,
    `INSERT INTO steering_events (run, kind, changes, note, requested_at, requested_step, before, detail)
     VALUES (?, ?, ?, ?, ?, ?, '{}', ?)`,
  ).run(
    run,
    command.kind,
    command.changes ? JSON.stringify(command.changes) : null,
    command.note ?? null,
    at,
    step,
    command.detail ? JSON.stringify(command.detail) : null,
  )
  return Number(result.lastInsertRowid)
}

/** What the host itself did to the run: in force from the start. */
export function recordEvent(
  db: Db,
  run: number,
  event: Pick<
    SteeringEvent,
    'kind' | 'changes' | 'before' | 'note' | 'requestedAt' | 'requestedStep' | 'effectiveStep'
  > & {
    detail: EventDetail
  },
): void {
  sql(
    db,
    `INSERT INTO steering_events (run, kind, changes, note, requested_at, requested_step, effective_step, before, detail)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    run,
    event.kind,
    event.changes ? JSON.stringify(event.changes) : null,
    event.note ?? null,
    event.requestedAt,
    event.requestedStep,
    event.effectiveStep,
    JSON.stringify(event.before),
    JSON.stringify(event.detail),
  )
}

export function confirmEvent(
  db: Db,
  run: number,
  id: number,
  effectiveStep: number,
  before: KnobChanges,
  refused: string | null,
): void {
  sql(db, 'UPDATE steering_events SET effective_step = ?, before = ?, refused = ? WHERE run = ? AND id = ?').run(
    refused === null ? effectiveStep : null,
    JSON.stringify(before),
    refused,
    run,
    id,
  )
}

/** Of a change of the plan that came into force: the stage that the run was in. */
export function notePlace(db: Db, run: number, id: number, current: number): void {
  sql(
    db,
    `UPDATE steering_events SET detail = json_set(coalesce(detail, '{}'), '$.current', ?) WHERE run = ? AND id = ?`,
  ).run(current, run, id)
}

/** Events that were asked for and never came into force will not any more. */
export function refuseEvents(db: Db, run: number, kinds: EventKind[], reason: string): void {
  sql(
    db,
    `UPDATE steering_events SET refused = ? WHERE run = ? AND effective_step IS NULL AND refused IS NULL
     AND kind IN (SELECT value FROM json_each(?))`,
  ).run(reason, run, JSON.stringify(kinds))
}

export function eventsOf(db: Db, run: number, runId: string): SteeringEvent[] {
  return sql<EventRow>(db, 'SELECT * FROM steering_events WHERE run = ? ORDER BY id')
    .all(run)
    .map((row) => eventOf(row, runId))
}

export function eventById(db: Db, run: number, runId: string, id: number): SteeringEvent | undefined {
  const row = sql<EventRow>(db, 'SELECT * FROM steering_events WHERE run = ? AND id = ?').get(run, id)
  return row && eventOf(row, runId)
}

/** Of the run's whole course: what was never in force before a fork is its parent's alone. */
export function courseEvents(db: Db, run: number, runId: string): SteeringEvent[] {
  const stepOf = ({ effectiveStep, requestedStep }: SteeringEvent) => effectiveStep ?? requestedStep
  return acrossCourse(
    db,
    run,
    (holder) => eventsOf(db, holder, runId).filter(({ effectiveStep }) => holder === run || effectiveStep !== null),
    stepOf,
  )
}

/** Asked for, neither in force nor refused. */
export function openEvents(db: Db, run: number, runId: string): SteeringEvent[] {
  return eventsOf(db, run, runId).filter((event) => event.effectiveStep === null && event.refused === null)
}

/** Whether a person's wish to stay in the stage holds at this step: it is the last word, confirmed, on the matter. */
export function isStaying(db: Db, run: number, step: number): boolean {
  const read = sql<{ kind: EventKind }>(
    db,
    `SELECT kind FROM steering_events WHERE run = ? AND kind IN ('stay', 'next-stage') AND effective_step <= ?
     ORDER BY effective_step DESC, id DESC LIMIT 1`,
  )
  for (const { run: holder, upTo } of segmentsOf(db, run).reverse()) {
    const last = read.get(holder, Math.min(step, upTo))
    if (last) return last.kind === 'stay'
  }
  return false
}

function eventOf(row: EventRow, runId: string): SteeringEvent {
  return {
    id: row.id,
    runId,
    kind: row.kind,
    ...(row.changes === null ? {} : { changes: JSON.parse(row.changes) as KnobChanges }),
    ...(row.note === null ? {} : { note: row.note }),
    ...(row.detail === null ? {} : { detail: JSON.parse(row.detail) as EventDetail }),
    requestedAt: row.requested_at,
    requestedStep: row.requested_step,
    effectiveStep: row.effective_step,
    before: JSON.parse(row.before) as KnobChanges,
    refused: row.refused,
  }
}
