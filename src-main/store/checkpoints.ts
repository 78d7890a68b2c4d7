/** Table `checkpoints`. */
import type { CheckpointRecord } from '../contract/records.ts'
import { type Db, sql } from './database.ts'

export function putCheckpoint(db: Db, run: number, record: CheckpointRecord): void {
  sql(db, 'INSERT OR REPLACE INTO checkpoints (run, step, at, folder, bytes) VALUES (?, ?, ?, ?, ?)').run(
    run,
    record.step,
    record.at,
    record.folder,
    record.bytes,
  )
}

export function deleteCheckpoint(db: Db, run: number, step: number): void {
  sql(db, 'DELETE FROM checkpoints WHERE run = ? AND step = ?').run(run, step)
}

export function deleteCheckpointsAfter(db: Db, run: number, step: number): void {
  sql(db, 'DELETE FROM checkpoints WHERE run = ? AND step > ?').run(run, step)
}

/** Oldest first. */
export function checkpointsOf(db: Db, run: number): CheckpointRecord[] {
  return sql<CheckpointRecord>(db, 'SELECT step, at, folder, bytes FROM checkpoints WHERE run = ? ORDER BY step').all(
    run,
  )
}
