/** What a salvaged database lacks, made good from what else there is, so that all its parts fit together again. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { initialSettings } from '../contract/recipe.ts'
import { keptSettings, type Settings } from '../contract/settings.ts'
import { settingsOfOpening } from './attached.ts'
import { isWhole, wholeCheckpoints } from './checkpoint-folders.ts'
import { checkpointsOf, putCheckpoint } from './checkpoints.ts'
import { type Db, sql } from './database.ts'
import { BEING_MADE, runFolder } from './folder.ts'
import { recipeAt } from './plan.ts'
import { runTables } from './run-tables.ts'
import { insertRun, type NewRun, type RunRow, updateRun } from './runs.ts'
import { beginStage, endStage, insertStages, stagesOf } from './stages.ts'

/** What a run's folder says of it (`run.json`), for runs whose row was lost. */
export function restoreRuns(db: Db, folder: string): void {
  const runs = join(folder, 'runs')
  if (!existsSync(runs)) return
  for (const id of readdirSync(runs).sort()) {
    // it was never a run
    if (existsSync(join(runFolder(folder, id), BEING_MADE))) continue
    try {
      const note = JSON.parse(readFileSync(join(runFolder(folder, id), 'run.json'), 'utf8')) as Omit<NewRun, 'settings'>
      if (sql(db, 'SELECT 1 FROM runs WHERE number = ?').get(note.number)) continue
      const { attached, config } = note
      insertRun(db, { ...note, settings: attached ? settingsOfOpening(attached.opening) : initialSettings(config) })
      if (!note.status) sql(db, `UPDATE runs SET status = 'interrupted' WHERE number = ?`).run(note.number)
    } catch {
      // No note, or an unreadable one: the folder stays as it is.
    }
  }
}

const ofNoCompletion = (table: string) =>
  `DELETE FROM ${table} WHERE NOT EXISTS (SELECT 1 FROM completions c WHERE c.run = ${table}.run AND c.step = ${table}.step
     AND c.grp = ${table}.grp AND c.sample = ${table}.sample);`

/** Parts whose whole was lost. */
export function dropOrphans(db: Db): void {
  db.exec('UPDATE runs SET parent = NULL WHERE parent NOT IN (SELECT number FROM runs)')
  for (const table of runTables) {
    db.exec(`DELETE FROM ${table} WHERE run NOT IN (SELECT number FROM runs)`)
  }
  db.exec(`
    DELETE FROM metrics WHERE metric NOT IN (SELECT metric FROM metric_names)
      OR NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = metrics.run AND s.step = metrics.step);
    DELETE FROM groups
      WHERE NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = groups.run AND s.step = groups.step);
    DELETE FROM completions WHERE NOT EXISTS
      (SELECT 1 FROM groups g WHERE g.run = completions.run AND g.step = completions.step AND g.grp = completions.grp);
    ${['completion_tokens', 'packed_texts'].map(ofNoCompletion).join('\n')}
    DELETE FROM step_texts
      WHERE NOT EXISTS (SELECT 1 FROM steps s WHERE s.run = step_texts.run AND s.step = step_texts.step);
    DELETE FROM evaluation_samples WHERE NOT EXISTS
      (SELECT 1 FROM evaluations e WHERE e.run = evaluation_samples.run AND e.step = evaluation_samples.step);
    UPDATE queue SET run = NULL WHERE run NOT IN (SELECT number FROM runs);
    DELETE FROM queue WHERE sweep IS NOT NULL AND sweep NOT IN (SELECT number FROM sweeps);
    DELETE FROM model_evaluation_samples WHERE evaluation NOT IN (SELECT number FROM model_evaluations);
    DELETE FROM label_items WHERE label_set NOT IN (SELECT number FROM label_sets);
    DELETE FROM labels WHERE NOT EXISTS
      (SELECT 1 FROM label_items i WHERE i.label_set = labels.label_set AND i.position = labels.position);
  `)
}

interface Position {
  step: number
  stage: number
  settings: Settings
}

/** Runs, stages and checkpoints speak of what is there: steps in the database, checkpoints on the disk. */
export function alignRuns(db: Db, folder: string): void {
  for (const run of sql<RunRow>(db, 'SELECT * FROM runs').all()) {
    restoreCheckpoints(db, run, runFolder(folder, run.id))
    restoreStages(db, run)
    const position = lastStored(db, run.number)
    const checkpoint = newestPosition(db, run.number, runFolder(folder, run.id))
    const { step, stage, settings } =
      checkpoint && checkpoint.step > position.step ? checkpoint : { settings: keptSettings(run.settings), ...position }
    updateRun(db, run.number, { step, stage, settings })
  }
}

function lastStored(db: Db, run: number): Pick<Position, 'step' | 'stage'> & Partial<Position> {
  const row = sql<{ step: number; stage: number; settings: string }>(
    db,
    'SELECT step, stage, settings FROM steps WHERE run = ? ORDER BY step DESC LIMIT 1',
  ).get(run)
  if (!row) return { step: 0, stage: 0 }
  const { step, stage } = row
  try {
    return { step, stage, settings: keptSettings(row.settings) }
  } catch {
    // a damaged page can be read, and say nothing
    return { step, stage }
  }
}

/** Steps may be lost for the charts; weights that are on the disk are not lost with them. */
function newestPosition(db: Db, run: number, folder: string): Position | undefined {
  const newest = checkpointsOf(db, run).findLast((record) => isWhole(folder, record))
  if (!newest) return undefined
  return JSON.parse(readFileSync(join(folder, newest.folder, 'state.json'), 'utf8')) as Position
}

function restoreCheckpoints(db: Db, run: RunRow, folder: string): void {
  if (checkpointsOf(db, run.number).length > 0) return
  for (const record of wholeCheckpoints(folder)) putCheckpoint(db, run.number, record)
}

function restoreStages(db: Db, run: RunRow): void {
  const config = recipeAt(db, run)
  if (stagesOf(db, run.number).length === config.stages.length) return
  sql(db, 'DELETE FROM stages WHERE run = ?').run(run.number)
  insertStages(db, run.number, config)
  const bounds = sql<{ stage: number; first: number; last: number }>(
    db,
    'SELECT stage, min(step) AS first, max(step) AS last FROM steps WHERE run = ? GROUP BY stage ORDER BY stage',
  ).all(run.number)
  for (const [i, { stage, first, last }] of bounds.entries()) {
    beginStage(db, run.number, stage, first)
    if (i < bounds.length - 1) endStage(db, run.number, stage, last, 'steps')
  }
}
