/** A run of another trainer goes back to a step: what is stored of later ones will come again. */
import { type Db, sql } from '../../store/database.ts'
import { deleteEvaluationsAfter } from '../../store/evaluations.ts'
import { type RunRow, updateRun } from '../../store/runs.ts'
import { rewindStages } from '../../store/stages.ts'
import { deleteStepsAfter } from '../../store/steps.ts'
import { deleteTrainerCheckpointsAfter } from '../../store/trainer-checkpoints.ts'
import { stageAt } from './stages.ts'

/** Must run inside a transaction. @param to last step that stays */
export function rewindAttached(db: Db, row: RunRow, to: number): void {
  const { number, step } = row
  deleteStepsAfter(db, number, to)
  deleteEvaluationsAfter(db, number, to)
  deleteTrainerCheckpointsAfter(db, number, to)
  // its samples come from another course: unlike those of a run of ours, they need not be the same again
  for (const table of ['alerts', 'sample_labels'])
    sql(db, `DELETE FROM ${table} WHERE run = ? AND step > ?`).run(number, to)
  sql(db, 'UPDATE steering_events SET effective_step = NULL, refused = ? WHERE run = ? AND effective_step > ?').run(
    `Its trainer went back to step ${to}, before it was in force.`,
    number,
    to,
  )
  const stage = Math.min(row.stage, stageAt(row, to + 1))
  rewindStages(db, number, stage)
  updateRun(db, number, { step: Math.min(step, to), stage })
}
