/** Out of a training that has come apart: back to before it did, with a lower learning rate. */
import type { AlertKind, CheckpointRecord } from './records.ts'
import type { Settings } from './settings.ts'

/** Alerts after which going on seldom mends anything. */
export const explosions: readonly AlertKind[] = ['non-finite', 'kl-explosion', 'gradient-explosion']

/** Steps that it takes to show: the checkpoint to go back to is from before them. */
const SUDDEN = 5

/** @returns the newest checkpoint from before it began, else the oldest; undefined where there is none to go back to */
export function wayBack(
  alertStep: number,
  checkpoints: readonly Pick<CheckpointRecord, 'step'>[],
  settings: Pick<Settings, 'learningRate'>,
): { to: number; learningRate: number } | undefined {
  const steps = checkpoints.map(({ step }) => step).filter((step) => step < alertStep)
  const to = steps.findLast((step) => step <= alertStep - SUDDEN) ?? steps.at(0)
  return to === undefined ? undefined : { to, learningRate: Number((settings.learningRate / 4).toPrecision(2)) }
}
