/**
 * A run that is being imported looks like one whose bin was emptied: nobody sees it, and what is there of it when the app is killed is removed at the
 * next opening.
 */
import { runByKey } from './attached.ts'
import { type Db, sql } from './database.ts'
import type { RunRow } from './runs.ts'

export function hide(db: Db, run: number, at: string): void {
  sql(db, 'UPDATE runs SET deleted_at = ?, emptied = 1 WHERE number = ?').run(at, run)
}

export function reveal(db: Db, run: number): void {
  sql(db, 'UPDATE runs SET deleted_at = NULL, emptied = 0 WHERE number = ?').run(run)
}

/** Nothing is left of it then, and its number is free; all that belonged to it must be gone. */
export function forget(db: Db, run: number): void {
  sql(db, 'DELETE FROM runs WHERE number = ?').run(run)
}

/** The run that came of the same, also one in the bin. */
export function importedAs(db: Db, key: string): RunRow | undefined {
  const row = runByKey(db, key)
  return row?.emptied === 1 ? undefined : row
}

/** From a run that is gone. */
export function freeKey(db: Db, key: string): void {
  sql(db, 'UPDATE runs SET ingest_key = NULL WHERE ingest_key = ? AND emptied = 1').run(key)
}

export function keepKey(db: Db, run: number, key: string): void {
  sql(db, 'UPDATE runs SET ingest_key = ? WHERE number = ?').run(key, run)
}
