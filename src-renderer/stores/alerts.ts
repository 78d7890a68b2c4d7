/** The alerts of all runs: how many nobody has seen, and whether a list of them is still what the host has. */
import { createStore } from 'zustand/vanilla'
import { failed } from './announce.ts'
import { connectionStore } from './connection.ts'
import { api, onHostEvent } from './host.ts'
import { runsStore } from './runs.ts'

export interface AlertsState {
  unseen: number
  /** Grows with every change of what there is to list. */
  version: number
}

export const alertsStore = createStore<AlertsState>(() => ({ unseen: 0, version: 0 }))

/** A burst of alerts is one change. */
const gatherMs = 150
let waiting: ReturnType<typeof setTimeout> | undefined

function changed(): void {
  clearTimeout(waiting)
  waiting = setTimeout(async () => {
    try {
      const unseen = await api().alerts.unseen()
      alertsStore.setState(({ version }) => ({ unseen, version: version + 1 }))
    } catch {
      // asked again as soon as the host is there
    }
  }, gatherMs)
}

onHostEvent((event) => {
  if (event.type === 'alert' || event.type === 'deleted' || event.type === 'rewound' || event.type === 'seen') changed()
  const restored = event.type === 'run' && !runsStore.getState().runs?.some(({ id }) => id === event.run.id)
  if (restored) changed()
})

connectionStore.subscribe(({ status }, before) => {
  if (status === 'connected' && before.status !== 'connected') changed()
})

/** @param ids null: all of them */
export async function markSeen(ids: readonly number[] | null, seen = true): Promise<void> {
  try {
    await api().alerts.mark({ ids: ids && [...ids], seen })
  } catch (error) {
    failed(error)
  }
}
