/** What a run did after a step becomes a run of its own, which nobody goes on with. Nothing of it is lost, and nothing of it stays behind. */
import { type Db, sql } from './database.ts'

const tables = [
  'steps',
  'metrics',
  'groups',
  'completions',
  'packed_texts',
  'step_texts',
  'evaluations',
  'evaluation_samples',
  'checkpoints',
  'alerts',
  'sample_labels',
] as const

/**
 * @param from the run that goes back
 * @param to the run that keeps what is abandoned: there already, and empty
 * @param step last one that stays
 */
export function moveAfter(db: Db, from: number, to: number, step: number): void {
  // rows point at one another: all of them are in place again when the transaction ends
  db.pragma('defer_foreign_keys = ON')
  for (const table of tables) sql(db, `UPDATE ${table} SET run = ? WHERE run = ? AND step > ?`).run(to, from, step)
  sql(db, 'UPDATE steering_events SET run = ? WHERE run = ? AND coalesce(effective_step, requested_step) > ?').run(
    to,
    from,
    step,
  )
  sql(
    db,
    `INSERT INTO stages (run, stage, name, kind, planned_steps, first_step, last_step, end_reason)
     SELECT ?, stage, name, kind, planned_steps, first_step, last_step, end_reason FROM stages WHERE run = ?`,
  ).run(to, from)
  // what was forked from a step that moved is now a fork of what was abandoned
  sql(db, 'UPDATE runs SET parent = ? WHERE parent = ? AND fork_step > ? AND number <> ?').run(to, from, step, to)
}
