/** The step whose groups are on the page, and the order of its rows. */
import type { GroupSummary } from '../../src-main/contract/records.ts'
import { recall } from './groups.ts'
import { type LiveState, liveStore, newestStep } from './live.ts'
import { type Route, routeStore } from './route.ts'
import { type ViewState, viewStore } from './view.ts'

/** 0 while no step is done. */
export function shownStep(route: Route, live: LiveState): number {
  const newest = newestStep(live)
  return route.page === 'live' && route.step !== null ? Math.min(route.step, newest) : newest
}

/** Rows that teach most on top; those without spread sink to the bottom. */
export function ordered(groups: GroupSummary[], rows: ViewState['rows']): GroupSummary[] {
  if (rows === 'drawn') return groups
  return [...groups].sort((a, b) => b.stdReward - a.stdReward || b.meanReward - a.meanReward || a.group - b.group)
}

/** Groups of the opened step in the order of the page; empty when none is opened. */
export function openedNeighbours(): { groups: GroupSummary[]; at: number } {
  const route = routeStore.getState()
  const { runId } = liveStore.getState()
  if (route.page !== 'live' || route.opened?.kind !== 'group' || !runId) return { groups: [], at: -1 }
  const { step, group } = route.opened
  const groups = ordered(recall(runId, step) ?? [], viewStore.getState().rows)
  return { groups, at: groups.findIndex((g) => g.group === group) }
}
