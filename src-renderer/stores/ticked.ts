/** Rows of the list of runs that are ticked, and those whose notes are being written. */
import { createStore } from 'zustand/vanilla'

export interface TickedState {
  /** Ids of the rows that are ticked. */
  ticked: ReadonlySet<string>
  /** Where a range of ticks begins. */
  anchor: string | null
  /** Runs whose tags and note are being written. */
  noting: readonly string[] | null
}

export const tickedStore = createStore<TickedState>(() => ({ ticked: new Set(), anchor: null, noting: null }))

/** @param order ids from top to bottom @param through from the tick before to this one */
export function tick(id: string, order: readonly string[], through: boolean): void {
  const { ticked, anchor } = tickedStore.getState()
  const next = new Set(ticked)
  const from = through && anchor !== null ? order.indexOf(anchor) : -1
  const to = order.indexOf(id)
  if (from >= 0 && to >= 0) for (const other of order.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(other)
  else if (!next.delete(id)) next.add(id)
  tickedStore.setState({ ticked: next, anchor: id })
}

export const untick = (): void => tickedStore.setState({ ticked: new Set(), anchor: null })
