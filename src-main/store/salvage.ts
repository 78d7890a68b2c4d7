/** A damaged database: set aside whole, then read as far as it can be read into a fresh one. */
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { StudioError } from '../contract/errors.ts'
import { initialSettings, type Recipe } from '../contract/recipe.ts'
import { type Db, openForReading, openForWriting, sql } from './database.ts'
import { runFolder } from './folder.ts'
import { migrate } from './migrations.ts'
import { insertRun, type NewRun } from './runs.ts'
import { insertStages } from './stages.ts'

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
      alignRuns(db)
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

/** What a run's folder says of it (`run.json`), for runs whose row was lost. */
function restoreRuns(db: Db, folder: string): void {
  const runs = join(folder, 'runs')
  if (!existsSync(runs)) return
  for (const id of readdirSync(runs).sort()) {
    try {
      const note = JSON.parse(readFileSync(join(runFolder(folder, id), 'run.json'), 'utf8')) as Omit<NewRun, 'settings'>
      if (sql(db, 'SELECT 1 FROM runs WHERE number = ?').get(note.number)) continue
      insertRun(db, { ...note, settings: initialSettings(note.config) })
      sql(db, `UPDATE runs SET status = 'interrupted' WHERE number = ?`).run(note.number)
    } catch {
      // No note, or an unreadable one: the folder stays as it is.
    }
  }
}

/** Parts whose whole was lost. */
function dropOrphans(db: Db): void {
  for (const table of ['stages', 'steps', 'evaluations', 'steering_events', 'checkpoints', 'alerts']) {
    db.exec(`DELETE FROM ${table} WHERE run NOT IN (SELECT number FROM runs)`)
  }
  db.exec(`
    DELETE FROM metrics WHERE metric NOT IN (SELECT metric FROM metric_names)
      OR NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = metrics.run AND s.step = metrics.step);
    DELETE FROM groups
      WHERE NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = groups.run AND s.step = groups.step);
    DELETE FROM completions WHERE NOT EXISTS
      (SELECT 1 FROM groups g WHERE g.run = completions.run AND g.step = completions.step AND g.grp = completions.grp);
    DELETE FROM evaluation_samples WHERE NOT EXISTS
      (SELECT 1 FROM evaluations e WHERE e.run = evaluation_samples.run AND e.step = evaluation_samples.step);
  `)
}

/** Runs and stages speak only of steps that are there. */
function alignRuns(db: Db): void {
  for (const run of sql<{ number: number; config: string }>(db, 'SELECT number, config FROM runs').all()) {
    const config = JSON.parse(run.config) as Recipe
    const known = sql<{ n: number }>(db, 'SELECT count(*) AS n FROM stages WHERE run = ?').get(run.number)!.n
    if (known !== config.stages.length) {
      sql(db, 'DELETE FROM stages WHERE run = ?').run(run.number)
      insertStages(db, run.number, config)
      sql(
        db,
        `UPDATE stages SET
           first_step = (SELECT min(step) FROM steps s WHERE s.run = stages.run AND s.stage = stages.stage),
           last_step = (SELECT max(step) FROM steps s WHERE s.run = stages.run AND s.stage = stages.stage
             AND EXISTS (SELECT 1 FROM steps l WHERE l.run = s.run AND l.stage > s.stage))
         WHERE run = ?`,
      ).run(run.number)
      sql(db, `UPDATE stages SET end_reason = 'steps' WHERE run = ? AND last_step IS NOT NULL`).run(run.number)
    }
    const last = sql<{ step: number; stage: number; settings: string }>(
      db,
      'SELECT step, stage, settings FROM steps WHERE run = ? ORDER BY step DESC LIMIT 1',
    ).get(run.number)
    if (last) {
      sql(db, 'UPDATE runs SET step = ?, stage = ?, settings = ? WHERE number = ? AND step <> ?').run(
        last.step,
        last.stage,
        last.settings,
        run.number,
        last.step,
      )
    } else {
      sql(db, 'UPDATE runs SET step = 0, stage = 0 WHERE number = ?').run(run.number)
    }
  }
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
