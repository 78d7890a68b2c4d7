/** The person's arrangement of charts, kept in this browser; the same for every run, and where runs are compared. */
import { createStore } from 'zustand/vanilla'
import { type Arrangement, defaultArrangement, merged, moved, restoredArrangement } from '../charts/arrangement.ts'

const storageKey = 'grpo-studio.layout.charts'

function restored(): Arrangement {
  try {
    return restoredArrangement(JSON.parse(window.localStorage.getItem(storageKey) ?? '{}'))
  } catch {
    return defaultArrangement
  }
}

export const arrangementStore = createStore<Arrangement>(restored)

arrangementStore.subscribe((now) => window.localStorage.setItem(storageKey, JSON.stringify(now)))

const toggled = (ids: readonly string[], id: string) =>
  ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]

/** @param extra it is none of the default set */
export function toggleChart(id: string, extra: boolean): void {
  arrangementStore.setState(({ hidden, added }) =>
    extra ? { added: toggled(added, id) } : { hidden: toggled(hidden, id) },
  )
}

/**
 * Puts a chart where another is.
 * @param ids of all charts in the order in which they stand now; those that only other runs have keep their places
 */
export function moveChart(ids: readonly string[], id: string, to: string): void {
  arrangementStore.setState(({ order }) => ({ order: merged(moved(ids, id, to), order) }))
}
