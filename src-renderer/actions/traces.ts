import type { Trace } from '../../src-main/contract/traces.ts'
import { askLabel } from '../stores/labels.ts'
import { readerStore } from '../stores/reader.ts'
import { routeStore } from '../stores/route.ts'
import { selectAllTraces, selectedTraces, selectNone, selectTrace, showTrace, tracesStore } from '../stores/traces.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { readIn } from './groups.ts'

const found = () => routeStore.getState().page === 'traces' && tracesStore.getState().hits.length > 0

export const nextTrace: Action = {
  id: 'next-trace',
  name: () => t('Next'),
  group: 'Traces',
  keys: ['J', 'ArrowDown'],
  enabled: () => found() && tracesStore.getState().at < tracesStore.getState().hits.length - 1,
  run: () => showTrace(tracesStore.getState().at + 1),
}

export const previousTrace: Action = {
  id: 'previous-trace',
  name: () => t('Previous'),
  group: 'Traces',
  keys: ['K', 'ArrowUp'],
  enabled: () => found() && tracesStore.getState().at > 0,
  run: () => showTrace(tracesStore.getState().at - 1),
}

export const openTrace: Action = {
  id: 'open-trace',
  name: () => t('Open in its group'),
  group: 'Traces',
  keys: ['Enter'],
  words: 'traces reader live',
  enabled: found,
  run: () => {
    const { hits, at, runId } = tracesStore.getState()
    const { step, group, sample } = hits[at]
    if (runId) readIn(runId, { kind: 'group', step, group, sample })
  },
}

/** Those that are selected, else the one that is shown. */
const chosen = (): Trace[] => {
  const state = tracesStore.getState()
  const selected = selectedTraces(state)
  return selected.length > 0 ? selected : state.hits.slice(state.at, state.at + 1)
}

export const selectTraceHere: Action = {
  id: 'select-trace',
  name: () => t('Select it'),
  group: 'Traces',
  keys: ['C'],
  words: 'check tick mark choose several',
  enabled: found,
  run: () => selectTrace(tracesStore.getState().at),
}

export const selectFound: Action = {
  id: 'select-all-traces',
  name: () => (tracesStore.getState().selected.size > 0 ? t('Select none') : t('Select all that is found')),
  group: 'Traces',
  keys: ['*'],
  words: 'check tick everything clear none',
  enabled: found,
  run: () => (tracesStore.getState().selected.size > 0 ? selectNone() : selectAllTraces()),
}

export const labelTrace: Action = {
  id: 'label-trace',
  name: () => {
    const count = tracesStore.getState().selected.size
    return count > 0 ? t('Label {{count}} samples…', { count }) : t('Label it…')
  },
  group: 'Traces',
  keys: ['F'],
  words: 'flag note hacking annotate sample',
  enabled: () => found() && tracesStore.getState().runId !== null,
  run: () => {
    const { runId } = tracesStore.getState()
    const places = chosen().map(({ step, group, sample }) => ({ runId: runId!, step, group, sample }))
    if (places.length > 0) askLabel(places, chosen()[0].label)
  },
}

/** The same prompt's answers at every step, side by side. */
export const traceThroughTime: Action = {
  id: 'trace-through-time',
  name: () => t('Its prompt through time'),
  group: 'Traces',
  keys: ['W'],
  words: 'history learning steps side by side difference',
  enabled: found,
  run: () => {
    const { hits, at, runId } = tracesStore.getState()
    const { step, prompt } = hits[at]
    readerStore.setState({ differences: true })
    if (runId) readIn(runId, { kind: 'prompt', prompt, step })
  },
}
