/** A damaged database: set aside whole, then read as far as it can be read into a fresh one. */
import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StudioError } from '../contract/errors.ts'
import { type Db, openForReading, openForWriting, sql } from './database.ts'
import { alignRuns, dropOrphans, restoreRuns } from './mend.ts'
import { migrate } from './migrations.ts'

export interface Salvage {
  /** Where the damaged file is now. */
  setAside: string
  /** Rows saved, by table. */
  saved: Record<string, number>
  /** Tables that could not be read to the end. */
  incomplete: string[]
}

/** The file's name keeps its `-wal` partner's, so that any SQLite tool opens the pair. */
export function setAside(path: string, now = new Date()): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace(/\..*/, '')
  let target = `${path}.damaged-${stamp}`
  for (let i = 2; existsSync(target); i++) target = `${path}.damaged-${stamp}-${i}`
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)
  }
  return target
}

/** Makes a fresh database at `path` out of what can be read of the damaged one. */
export function salvage(damaged: string, path: string): Salvage {
  const db = openForWriting(path)
  try {
    migrate(db, path)
    db.pragma('foreign_keys = OFF')
    const result = db.transaction(() => {
      const read = copyReadable(damaged, db)
      restoreRuns(db, dirname(path))
      dropOrphans(db)
      alignRuns(db, dirname(path))
      return read
    })()
    return { setAside: damaged, ...result }
  } finally {
    db.close()
  }
}

function tablesOf(db: Db): string[] {
  return sql<{ name: string }>(
    db,
    `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid`,
  )
    .all()
    .map((row) => row.name)
}

function copyReadable(damaged: string, into: Db): Pick<Salvage, 'saved' | 'incomplete'> {
  const saved: Record<string, number> = {}
  const incomplete: string[] = []
  const tables = tablesOf(into)
  let from: Db | undefined
  try {
    from = openForReading(damaged)
    tablesOf(from)
  } catch {
    from?.close()
    return { saved, incomplete: tables }
  }
  for (const table of tables) {
    // A break in the middle hides what lies behind it: read from both ends towards it.
    if (!copyRows(from, into, table, 'ASC')) {
      copyRows(from, into, table, 'DESC')
      incomplete.push(table)
    }
    saved[table] = sql<{ n: number }>(into, `SELECT count(*) AS n FROM ${table}`).get()!.n
  }
  from.close()
  return { saved, incomplete }
}

/** @returns whether every row could be read */
function copyRows(from: Db, into: Db, table: string, order: 'ASC' | 'DESC'): boolean {
  try {
    const known = new Set(columnsOf(into, table).map((c) => c.name))
    const columns = columnsOf(from, table).filter((c) => known.has(c.name))
    const key = columns.filter((c) => c.pk > 0).sort((a, b) => a.pk - b.pk)
    const names = columns.map((c) => c.name).join(', ')
    const insert = into.prepare(
      `INSERT OR IGNORE INTO ${table} (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
    )
    const rows = from
      .prepare(`SELECT ${names} FROM ${table} NOT INDEXED ORDER BY ${key.map((c) => `${c.name} ${order}`).join(', ')}`)
      .raw()
      .iterate() as IterableIterator<unknown[]>
    for (const row of rows) {
      try {
        insert.run(...row)
      } catch {
        // A row whose values are garbage does not fit a STRICT table: it is lost, the next may be whole.
      }
    }
    return true
  } catch {
    return false
  }
}

function columnsOf(db: Db, table: string): { name: string; pk: number }[] {
  return db.pragma(`table_info(${table})`) as { name: string; pk: number }[]
}

export function describe(result: Salvage): Pick<StudioError, 'message' | 'hint'> {
  const runs = result.saved.runs ?? 0
  const steps = result.saved.steps ?? 0
  const lost = result.incomplete.length > 0 ? ` Not all could be read of: ${result.incomplete.join(', ')}.` : ''
  return {
    message: `The database was damaged. It was set aside as ${result.setAside}, and ${runs} runs with ${steps} steps were saved from it.${lost}`,
    hint: 'Check the disk. Checkpoints are separate files and were not touched; the damaged file can be deleted once nothing is missing.',
  }
}
