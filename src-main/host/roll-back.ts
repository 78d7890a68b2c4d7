/** A run goes back to an earlier checkpoint. The steps after it become a run of their own, marked as abandoned. */
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { KnobChanges } from '../contract/knobs.ts'
import type { CheckpointRecord, SteeringEvent } from '../contract/records.ts'
import { moveAfter } from '../store/abandon.ts'
import { clearAfter, isWhole, shareCheckpoint } from '../store/checkpoint-folders.ts'
import { checkpointsOf } from '../store/checkpoints.ts'
import { copyCollected } from '../store/collected.ts'
import { runFolder } from '../store/folder.ts'
import { recipeAt } from '../store/plan.ts'
import { queries } from '../store/queries.ts'
import { type RunRow, recipeSourceOf, updateRun } from '../store/runs.ts'
import { planStagesAfter, rewindStages } from '../store/stages.ts'
import { eventById, insertEvent, recordEvent, refuseEvents, steeringKinds } from '../store/steering.ts'
import type { Store } from '../store/store.ts'
import { type CheckpointState, readState, requireCheckpoint } from './checkpoint-state.ts'
import { createRun } from './new-run.ts'
import { checkCommand } from './steering-rules.ts'

export interface RollBack {
  checkpoint: CheckpointRecord
  state: CheckpointState
  changes: KnobChanges
  note?: string
}

/** @throws StudioError not-found naming the checkpoints; bad-request where nothing would be abandoned; bad-setting; checkpoint */
export function planRollBack(
  store: Store,
  dataFolder: string,
  row: RunRow,
  to: number,
  changes: KnobChanges,
  note?: string,
): RollBack {
  const folder = runFolder(dataFolder, row.id)
  const checkpoint = store.read((db) => requireCheckpoint(db, row, folder, to))
  if (row.status === 'abandoned')
    throw new StudioError(
      'bad-request',
      `Run #${row.number} is what run #${row.parent} left behind: it does not go on, nor back.`,
      `Fork it instead: grpo-studio fork ${row.number} --step ${to}.`,
    )
  if (to >= row.step)
    throw new StudioError(
      'bad-request',
      `Run #${row.number} is at step ${row.step}: going back to step ${to} would abandon nothing.`,
      Object.keys(changes).length > 0 ? 'Turn the knobs where it is.' : 'Resume it, or choose an earlier checkpoint.',
    )
  const state = readState(join(folder, checkpoint.folder))
  if (Object.keys(changes).length > 0) {
    const run = store.read((db) => queries.run(db, dataFolder, row.id))
    checkCommand({ ...run, settings: state.settings, pending: [] }, { kind: 'set', changes })
  }
  return { checkpoint, state, changes, note }
}

/**
 * The run's engine must have ended. At every moment of it either the run is as it was, or it has gone back.
 * @returns the changes asked for, to be sent to the engine that goes on, and the id of the run that keeps what is abandoned
 * @throws StudioError disk-full, data-folder
 */
export function rollBack(
  store: Store,
  dataFolder: string,
  row: RunRow,
  plan: RollBack,
): { again: SteeringEvent[]; abandoned: string } {
  const { state, changes, note } = plan
  const { step } = state
  const folder = runFolder(dataFolder, row.id)
  const abandoned = store
    .read((db) => checkpointsOf(db, row.number))
    .filter((record) => record.step > step && isWhole(folder, record))
  const again: SteeringEvent[] = []
  const kept = createRun(
    store,
    dataFolder,
    {
      config: store.read((db) => recipeAt(db, row, step)),
      backendWanted: row.backend_wanted,
      settings: JSON.parse(row.settings) as CheckpointState['settings'],
      parent: row.number,
      forkStep: step,
      status: 'abandoned',
      // who forks it
      source: recipeSourceOf(row),
    },
    {
      files(target) {
        for (const record of abandoned) shareCheckpoint(folder, target, record)
        copyCollected(folder, target)
      },
      rows(db, number) {
        const { number: run, id } = row
        const now = new Date().toISOString()
        refuseEvents(db, run, steeringKinds, 'The run was rolled back before it came into force.')
        moveAfter(db, run, number, step)
        updateRun(db, number, {
          step: row.step,
          stage: row.stage,
          endedAt: now,
          ...(row.backend === null ? {} : { backend: row.backend }),
          ...(row.device === null ? {} : { device: row.device }),
          ...(row.parameters === null ? {} : { parameters: row.parameters }),
        })
        rewindStages(db, run, state.stage)
        planStagesAfter(db, run, recipeAt(db, row, step), state.stage)
        const { stage, settings } = state
        updateRun(db, run, { status: 'starting', step, stage, settings, endedAt: null, error: null })
        recordEvent(db, run, {
          kind: 'roll-back',
          note,
          before: {},
          requestedAt: now,
          requestedStep: row.step,
          effectiveStep: step + 1,
          detail: { run: number },
        })
        if (Object.keys(changes).length === 0) return
        const event = insertEvent(db, run, { kind: 'set', changes }, now, step)
        again.push(eventById(db, run, id, event)!)
      },
    },
  )
  clearAfter(folder, step)
  return { again, abandoned: kept.id }
}
