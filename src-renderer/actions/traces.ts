import { askLabel } from '../stores/labels.ts'
import { liveStore } from '../stores/live.ts'
import { go, routeStore } from '../stores/route.ts'
import { showTrace, tracesStore } from '../stores/traces.ts'
import type { Action } from './action.ts'

const found = () => routeStore.getState().page === 'traces' && tracesStore.getState().hits.length > 0

export const nextTrace: Action = {
  id: 'next-trace',
  name: 'Next',
  group: 'Traces',
  keys: ['J', 'ArrowDown'],
  enabled: () => found() && tracesStore.getState().at < tracesStore.getState().hits.length - 1,
  run: () => showTrace(tracesStore.getState().at + 1),
}

export const previousTrace: Action = {
  id: 'previous-trace',
  name: 'Previous',
  group: 'Traces',
  keys: ['K', 'ArrowUp'],
  enabled: () => found() && tracesStore.getState().at > 0,
  run: () => showTrace(tracesStore.getState().at - 1),
}

export const openTrace: Action = {
  id: 'open-trace',
  name: 'Open in its group',
  group: 'Traces',
  keys: ['Enter'],
  words: 'traces reader live',
  enabled: found,
  run: () => {
    const { hits, at, runId } = tracesStore.getState()
    const { step, group, sample } = hits[at]
    go({
      page: 'live',
      runId: runId ?? liveStore.getState().runId,
      step,
      opened: { kind: 'group', step, group, sample },
    })
  },
}

export const labelTrace: Action = {
  id: 'label-trace',
  name: 'Label it…',
  group: 'Traces',
  keys: ['F'],
  words: 'flag note hacking annotate sample',
  enabled: () => found() && tracesStore.getState().runId !== null,
  run: () => {
    const { hits, at, runId } = tracesStore.getState()
    const { step, group, sample, label } = hits[at]
    askLabel({ runId: runId!, step, group, sample }, label)
  },
}
