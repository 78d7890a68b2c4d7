/** Table `stages`. */
import type { Recipe } from '../contract/recipe.ts'
import type { StageRecord } from '../contract/records.ts'
import { type Db, sql } from './database.ts'

/** @param from the first of them */
export function insertStages(db: Db, run: number, { stages }: Pick<Recipe, 'stages'>, from = 0): void {
  stages.forEach((stage, i) => {
    if (i < from) return
    sql(db, 'INSERT INTO stages (run, stage, name, kind, planned_steps) VALUES (?, ?, ?, ?, ?)').run(
      run,
      i,
      stage.name,
      stage.kind,
      stage.steps,
    )
  })
}

/** The stages beyond this one become those of the recipe, and this one's steps. None of them has begun. */
export function planStagesAfter(db: Db, run: number, { stages }: Pick<Recipe, 'stages'>, stage: number): void {
  sql(db, 'UPDATE stages SET name = ?, planned_steps = ? WHERE run = ? AND stage = ?').run(
    stages[stage].name,
    stages[stage].steps,
    run,
    stage,
  )
  sql(db, 'DELETE FROM stages WHERE run = ? AND stage > ?').run(run, stage)
  insertStages(db, run, { stages }, stage + 1)
}

/** A stage that is gone on with after a resume keeps the step at which it really began. */
export function beginStage(db: Db, run: number, stage: number, firstStep: number): void {
  sql(
    db,
    `UPDATE stages SET first_step = coalesce(first_step, ?), last_step = NULL, end_reason = NULL
     WHERE run = ? AND stage = ?`,
  ).run(firstStep, run, stage)
}

export function endStage(
  db: Db,
  run: number,
  stage: number,
  lastStep: number,
  reason: NonNullable<StageRecord['endReason']>,
): void {
  sql(db, 'UPDATE stages SET last_step = ?, end_reason = ? WHERE run = ? AND stage = ?').run(
    lastStep,
    reason,
    run,
    stage,
  )
}

/** As the stages stood within this one: the engine tells of its end, and of those after it, again. */
export function rewindStages(db: Db, run: number, stage: number): void {
  sql(db, 'UPDATE stages SET last_step = NULL, end_reason = NULL WHERE run = ? AND stage >= ?').run(run, stage)
  sql(db, 'UPDATE stages SET first_step = NULL WHERE run = ? AND stage > ?').run(run, stage)
}

export function stagesOf(db: Db, run: number): StageRecord[] {
  return sql<StageRecord>(
    db,
    `SELECT stage, name, kind, planned_steps AS plannedSteps, first_step AS firstStep, last_step AS lastStep,
       end_reason AS endReason
     FROM stages WHERE run = ? ORDER BY stage`,
  ).all(run)
}
