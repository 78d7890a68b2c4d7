/** Takes a run that was cut off back to its newest checkpoint, in the store and on the disk. */
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { initialSettings, type Recipe } from '../contract/recipe.ts'
import type { SteeringEvent } from '../contract/records.ts'
import { keptSettings, type Settings } from '../contract/settings.ts'
import { deleteAlertsAfter } from '../store/alerts.ts'
import { clearAfter, newestUsable } from '../store/checkpoint-folders.ts'
import { checkpointsOf, deleteCheckpointsAfter } from '../store/checkpoints.ts'
import { type Db, sql } from '../store/database.ts'
import { deleteEvaluationsAfter } from '../store/evaluations.ts'
import { type RunRow, updateRun } from '../store/runs.ts'
import { rewindStages } from '../store/stages.ts'
import { controlKinds, courseKinds, eventsOf, openEvents, refuseEvents } from '../store/steering.ts'
import { deleteStepsAfter } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { readState } from './checkpoint-state.ts'

export interface Rewound {
  /** Checkpoint folder below the run's; null: from the start. */
  checkpoint: string | null
  /** Last step that stays. */
  step: number
  /** Confirmed changes that come again at their own steps. */
  replay: SteeringEvent[]
  /** Changes asked for that had not come into force: asked again. */
  again: SteeringEvent[]
}

/** The run counts as starting from here on; all in one transaction. */
export function rewind(store: Store, row: RunRow, runFolder: string): Rewound {
  const result = store.write((db): Rewound => {
    const run = row.number
    const checkpoint = newestUsable(runFolder, checkpointsOf(db, run), row.step)
    if (!checkpoint && row.fork_step !== null)
      throw new StudioError(
        'checkpoint',
        `Run #${run} has no whole checkpoint left to go on from.`,
        `Fork run #${row.parent} again: grpo-studio fork ${row.parent} --step ${row.fork_step}.`,
      )
    const step = checkpoint?.step ?? 0
    const position = checkpoint ? positionAt(db, run, step, join(runFolder, checkpoint.folder)) : undefined
    deleteStepsAfter(db, run, step)
    deleteAlertsAfter(db, run, step)
    // The evaluation of step 0 is taken again when nothing is there to go on from.
    deleteEvaluationsAfter(db, run, checkpoint ? step : -1)
    deleteCheckpointsAfter(db, run, checkpoint ? step : -1)
    rewindStages(db, run, position?.stage ?? 0)
    refuseEvents(db, run, controlKinds, 'The run was cut off before it came into force.')
    updateRun(db, run, {
      status: 'starting',
      step,
      stage: position?.stage ?? 0,
      settings: position?.settings ?? initialSettings(JSON.parse(row.config) as Recipe),
      endedAt: null,
      error: null,
    })
    return {
      checkpoint: checkpoint?.folder ?? null,
      step,
      replay: eventsOf(db, run, row.id).filter(
        (event) => event.effectiveStep !== null && event.effectiveStep > step && courseKinds.includes(event.kind),
      ),
      again: openEvents(db, run, row.id),
    }
  })
  clearAfter(runFolder, result.checkpoint === null ? -1 : result.step)
  return result
}

/** Stage and settings after a step: as stored with it, or, of step 0 or a step that damage took, as the checkpoint has them. */
function positionAt(db: Db, run: number, step: number, folder: string): { stage: number; settings: Settings } {
  const row = sql<{ stage: number; settings: string }>(
    db,
    'SELECT stage, settings FROM steps WHERE run = ? AND step = ?',
  ).get(run, step)
  if (row) return { stage: row.stage, settings: keptSettings(row.settings) }
  return readState(folder)
}
