import { askLabel } from '../stores/labels.ts'
import { routeStore } from '../stores/route.ts'
import { showTrace, tracesStore } from '../stores/traces.ts'
import { download } from '../text/download.ts'
import { tracesCsv } from '../text/traces-csv.ts'
import type { Action } from './action.ts'
import { readIn } from './groups.ts'

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
    if (runId) readIn(runId, { kind: 'group', step, group, sample })
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

export const saveTraces: Action = {
  id: 'save-traces',
  name: 'Save as JSONL',
  group: 'Traces',
  keys: [],
  words: 'export download completions found',
  enabled: found,
  run: () => {
    const { hits, runId } = tracesStore.getState()
    const lines = hits.map(({ found: _, ...hit }) => JSON.stringify({ runId, ...hit }))
    download(`${runId}-traces.jsonl`, `${lines.join('\n')}\n`, 'application/jsonl')
  },
}

export const saveTracesCsv: Action = {
  id: 'save-traces-csv',
  name: 'Save as CSV',
  group: 'Traces',
  keys: [],
  words: 'export download completions found table spreadsheet',
  enabled: found,
  run: () => {
    const { hits, runId } = tracesStore.getState()
    download(`${runId}-traces.csv`, tracesCsv(hits), 'text/csv')
  },
}
