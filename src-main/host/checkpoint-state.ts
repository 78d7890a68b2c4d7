/** Checkpoints of a run by their step, and what the host reads in them: where the run stood, and with which settings. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { CheckpointRecord } from '../contract/records.ts'
import { keptSettings, type Settings } from '../contract/settings.ts'
import { isWhole } from '../store/checkpoint-folders.ts'
import { checkpointsOf } from '../store/checkpoints.ts'
import type { Db } from '../store/database.ts'
import type { RunRow } from '../store/runs.ts'

/** Of `state.json`, what the host knows of; the engine owns the rest. */
export interface CheckpointState {
  step: number
  stage: number
  stageFirstStep: number
  settings: Settings
}

/** @throws StudioError not-found naming the steps of which there are checkpoints */
export function requireCheckpoint(db: Db, row: RunRow, runFolder: string, step: number): CheckpointRecord {
  const whole = checkpointsOf(db, row.number).filter((record) => isWhole(runFolder, record))
  const found = whole.find((record) => record.step === step)
  if (found) return found
  const steps = whole.map((record) => record.step)
  throw new StudioError(
    'not-found',
    `Run #${row.number} has no checkpoint of step ${step}.`,
    steps.length > 0 ? `It has those of the steps ${steps.join(', ')}.` : 'It has none: launch its recipe again.',
  )
}

/** @param folder of the checkpoint @throws StudioError checkpoint */
export function readState(folder: string): CheckpointState {
  const file = join(folder, 'state.json')
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as CheckpointState
    return { ...state, settings: keptSettings(state.settings) }
  } catch (error) {
    throw new StudioError(
      'checkpoint',
      `${file} cannot be read: ${(error as Error).message}.`,
      `Delete the folder ${folder}: the run then resumes from the checkpoint before it.`,
      { cause: error },
    )
  }
}
