/** Runs that were deleted: they lie in a bin, out of which they can be taken until it is emptied. */
import { StudioError } from '../contract/errors.ts'
import { type Db, sql } from './database.ts'
import { runTables } from './run-tables.ts'
import type { RunRow } from './runs.ts'

/** Steps whose groups and completions go in one transaction: a fraction of a second, also of large runs. */
const STEPS_AT_ONCE = 32

type Kin = Pick<RunRow, 'number' | 'id' | 'status'>

const childrenOf = (db: Db, run: number): Kin[] =>
  sql<Kin>(db, 'SELECT number, id, status FROM runs WHERE parent = ? AND deleted_at IS NULL').all(run)

/**
 * These runs, and what they abandoned when they were rolled back, which has its beginning with them.
 * @throws StudioError bad-request naming a fork that has its beginning with one of them and is to stay
 */
export function withAbandoned(db: Db, rows: readonly RunRow[]): Kin[] {
  const taken = new Map<number, Kin>()
  const take = (run: Kin): void => {
    if (taken.has(run.number)) return
    taken.set(run.number, run)
    for (const child of childrenOf(db, run.number)) if (child.status === 'abandoned') take(child)
  }
  rows.forEach(take)
  for (const { number } of taken.values()) {
    const fork = childrenOf(db, number).find((child) => !taken.has(child.number))
    if (fork) {
      throw new StudioError(
        'bad-request',
        `Run #${fork.number} was forked from run #${number}, and its first steps lie with it.`,
        `Delete #${fork.number} as well, or archive #${number}.`,
      )
    }
  }
  return [...taken.values()]
}

export function putIntoBin(db: Db, runs: readonly Pick<Kin, 'number'>[], at: string): void {
  for (const { number } of runs) sql(db, 'UPDATE runs SET deleted_at = ? WHERE number = ?').run(at, number)
}

/** Takes it out of the bin again, with the runs in which it has its beginning. @returns ids of all of them @throws StudioError bad-request for one that is gone for good */
export function takeOutOfBin(db: Db, row: RunRow): string[] {
  if (row.emptied) {
    throw new StudioError(
      'bad-request',
      `Run #${row.number} was deleted for good.`,
      'Its recipe can be launched again with the same seed, which gives the same run.',
    )
  }
  sql(db, 'UPDATE runs SET deleted_at = NULL WHERE number = ?').run(row.number)
  const parent = sql<RunRow>(db, 'SELECT * FROM runs WHERE number = ?').get(row.parent)
  return [...(parent && parent.deleted_at !== null ? takeOutOfBin(db, parent) : []), row.id]
}

export type Binned = Pick<RunRow, 'number' | 'id' | 'name'> & { deleted_at: string }

/** What lies in it, the newest deletion first. */
export const inBin = (db: Db): Binned[] =>
  sql<Binned>(
    db,
    'SELECT number, id, name, deleted_at FROM runs WHERE deleted_at IS NOT NULL AND emptied = 0 ORDER BY deleted_at DESC, number DESC',
  ).all()

/** From now on they cannot be taken out again. */
export function markEmptied(db: Db, runs: readonly Pick<Kin, 'number'>[]): void {
  for (const { number } of runs) sql(db, 'UPDATE runs SET emptied = 1 WHERE number = ?').run(number)
}

/** Those of which something may be left, because emptying was cut off. */
export const halfEmptied = (db: Db): Pick<Kin, 'number' | 'id'>[] =>
  sql<Pick<Kin, 'number' | 'id'>>(
    db,
    'SELECT number, id FROM runs WHERE emptied = 1 AND EXISTS (SELECT 1 FROM stages WHERE run = number)',
  ).all()

/** Removes a part of what a run left. @returns whether there may be more */
export function emptySome(db: Db, run: number): boolean {
  const steps = sql(
    db,
    `DELETE FROM steps WHERE run = ? AND step IN (SELECT step FROM steps WHERE run = ? ORDER BY step LIMIT ${STEPS_AT_ONCE})`,
  ).run(run, run)
  if (steps.changes > 0) return true
  const metric = sql<number>(db, 'SELECT metric FROM metrics WHERE run = ? LIMIT 1').pluck().get(run)
  if (metric !== undefined) {
    sql(db, 'DELETE FROM metrics WHERE run = ? AND metric = ?').run(run, metric)
    return true
  }
  // in one transaction: as long as there are stages, emptying is not done
  for (const table of runTables) sql(db, `DELETE FROM ${table} WHERE run = ?`).run(run)
  return false
}
