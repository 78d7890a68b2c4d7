/** Steps that the charts span. */
import type { Range } from '../charts/frame.ts'
import { roundEnd } from '../charts/series.ts'
import { type LiveState, newestStep } from './live.ts'
import { isActive } from './runs.ts'

/** From the base model to a round number past the newest step; a finished run fills its charts. */
export function fullRange(state: LiveState): Range {
  const newest = newestStep(state)
  const { detail } = state
  if (!detail) return [0, 10]
  if (!isActive(detail.status) && newest > 1) return [0, newest]
  return [0, roundEnd(newest, detail.totalSteps ?? 0)]
}
