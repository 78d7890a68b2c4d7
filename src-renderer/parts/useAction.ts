import { useSyncExternalStore } from 'react'
import { type Action, keyCaps, nameOf } from '../actions/action.ts'
import { alertsStore } from '../stores/alerts.ts'
import { commonPromptsStore } from '../stores/compared-samples.ts'
import { connectionStore } from '../stores/connection.ts'
import { groupsPageStore } from '../stores/groups-page.ts'
import { jobsStore } from '../stores/jobs.ts'
import { liveStore } from '../stores/live.ts'
import { playgroundStore } from '../stores/playground.ts'
import { preferencesStore } from '../stores/preferences.ts'
import { queueStore } from '../stores/queue.ts'
import { readerStore } from '../stores/reader.ts'
import { routeStore } from '../stores/route.ts'
import { runsStore } from '../stores/runs.ts'
import { schemeStore } from '../stores/scheme.ts'
import { steerStore } from '../stores/steer.ts'
import { tracesStore } from '../stores/traces.ts'
import { viewStore } from '../stores/view.ts'

const stores = [
  alertsStore,
  tracesStore,
  groupsPageStore,
  commonPromptsStore,
  playgroundStore,
  preferencesStore,
  liveStore,
  jobsStore,
  runsStore,
  queueStore,
  routeStore,
  viewStore,
  connectionStore,
  steerStore,
  readerStore,
  schemeStore,
]

function subscribe(listener: () => void): () => void {
  const stops = stores.map((store) => store.subscribe(listener))
  return () => {
    for (const stop of stops) stop()
  }
}

export interface ActionState {
  name: string
  enabled: boolean
  /** Name and key, for a tooltip. */
  tip: string
  run: () => void
}

/** What a button for this action shows now; drawn again only when that changes. */
export function useAction(action: Action): ActionState {
  const name = useSyncExternalStore(subscribe, () => nameOf(action))
  const enabled = useSyncExternalStore(subscribe, action.enabled)
  const key = action.keys[0] ? ` (${keyCaps(action.keys[0]).join(' ')})` : ''
  return { name, enabled, tip: `${name}${key}`, run: () => void action.run() }
}
