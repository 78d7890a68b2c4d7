/** Table `trainer_checkpoints`: they lie with another trainer, on its machine. Their paths are words for a person: nothing here opens or removes them. */
import type { ListedCheckpoint } from '../contract/records.ts'
import { checkpointsOf } from './checkpoints.ts'
import { type Db, sql } from './database.ts'

/** One of a step that is there already stays. @returns whether it was not there yet */
export function insertTrainerCheckpoint(db: Db, run: number, { step, at, folder, bytes }: ListedCheckpoint): boolean {
  const insert = 'INSERT OR IGNORE INTO trainer_checkpoints (run, step, at, path, bytes) VALUES (?, ?, ?, ?, ?)'
  return sql(db, insert).run(run, step, at, folder, bytes).changes > 0
}

/** Oldest first. */
const trainerCheckpointsOf = (db: Db, run: number): ListedCheckpoint[] =>
  sql<ListedCheckpoint>(
    db,
    'SELECT step, at, path AS folder, bytes FROM trainer_checkpoints WHERE run = ? ORDER BY step',
  ).all(run)

/** Of a run of either kind. */
export const listedCheckpoints = (db: Db, run: number): ListedCheckpoint[] => [
  ...checkpointsOf(db, run),
  ...trainerCheckpointsOf(db, run),
]

export function deleteTrainerCheckpointsAfter(db: Db, run: number, step: number): void {
  sql(db, 'DELETE FROM trainer_checkpoints WHERE run = ? AND step > ?').run(run, step)
}
