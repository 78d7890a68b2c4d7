/** What the run on the page can be asked for. */
import type { RunDetail, SteeringKind } from '../../src-main/contract/records.ts'
import { heard } from '../stores/connection.ts'
import { liveStore } from '../stores/live.ts'
import { hasRecipe } from '../stores/runs.ts'

/** Another trainer says itself what it can; ours can all. */
export const knows = ({ attached }: Pick<RunDetail, 'attached'>, kind: SteeringKind): boolean =>
  attached === null || attached.commands.includes(kind)

/** The run on the page, if it can be asked now. */
export function askable(kind: SteeringKind): RunDetail | null {
  const { detail } = liveStore.getState()
  return heard() && detail !== null && knows(detail, kind) ? detail : null
}

/** The same, if its recipe is known here. */
export function runWithRecipe(): RunDetail | null {
  const { detail } = liveStore.getState()
  return heard() && detail !== null && hasRecipe(detail) ? detail : null
}

/** The same, if it is trained here: it has stages, a recipe, and checkpoints to go on from. */
export function ownRun(): RunDetail | null {
  const { detail } = liveStore.getState()
  return heard() && detail !== null && detail.source === null ? detail : null
}
