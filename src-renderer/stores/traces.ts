/** The search of stored completions: what is asked (it lives in the address), and what was found so far. */
import { createStore } from 'zustand/vanilla'
import type { Row } from '../../src-main/contract/table.ts'
import type { Trace, TraceSort } from '../../src-main/contract/traces.ts'
import { traceRow } from '../text/traces-table.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { api } from './host.ts'
import { emptyFilters, type TraceFilters } from './route.ts'

export interface TracesState {
  runId: string | null
  filters: TraceFilters
  hits: Trace[]
  /** null: all steps were looked at. */
  cursor: string | null
  searched: number
  steps: number
  busy: boolean
  error: Explanation | null
  /** Place of the one that is shown whole. */
  at: number
}

const nothing = {
  hits: [],
  cursor: null,
  searched: 0,
  steps: 0,
  busy: false,
  error: null,
  at: 0,
} satisfies Partial<TracesState>

export const tracesStore = createStore<TracesState>(() => ({ runId: null, filters: emptyFilters, ...nothing }))

/** Hits of a page of the list. */
const pageSize = 100
let turn = 0

/** Begins a search; one that is still under way is forgotten. */
export async function searchTraces(runId: string, filters: TraceFilters): Promise<void> {
  const before = tracesStore.getState()
  turn++
  // what was found stays until the first answer, so that nothing flickers
  const kept = before.runId === runId ? before.hits : []
  tracesStore.setState({ ...nothing, runId, filters, hits: kept, busy: true })
  await fill(turn, true)
}

/** The next hits of the same search. */
export async function moreTraces(): Promise<void> {
  const { busy, cursor } = tracesStore.getState()
  if (busy || cursor === null) return
  tracesStore.setState({ busy: true })
  await fill(turn, false)
}

/** Every completion that the search finds, as rows: those of the list, then the rest. */
export async function* allTraces(): AsyncGenerator<Row[], void, void> {
  const { runId, filters, hits, cursor } = tracesStore.getState()
  yield hits.map((hit) => traceRow(runId, hit))
  for (let next = cursor; next !== null; ) {
    const page = await api().groups.search({ runId: runId!, ...asked(filters), limit: 500, cursor: next })
    yield page.hits.map((hit) => traceRow(runId, hit))
    next = page.cursor
  }
}

/** A question takes a moment at most, however many completions there are; so some searches are several. */
async function fill(mine: number, anew: boolean): Promise<void> {
  const { runId, filters } = tracesStore.getState()
  let wanted = pageSize
  let first = anew
  try {
    for (;;) {
      const { cursor } = tracesStore.getState()
      const page = await api().groups.search({
        runId: runId!,
        ...asked(filters),
        limit: wanted,
        ...(!first && cursor ? { cursor } : {}),
      })
      if (mine !== turn) return
      tracesStore.setState((state) => ({
        hits: first ? page.hits : [...state.hits, ...page.hits],
        cursor: page.cursor,
        searched: page.searched,
        steps: page.steps,
      }))
      first = false
      wanted -= page.hits.length
      if (page.cursor === null || wanted <= 0) break
    }
    tracesStore.setState({ busy: false })
  } catch (error) {
    if (mine === turn) tracesStore.setState({ busy: false, error: explain(error), hits: [], cursor: null })
  }
}

/** Filters are texts, as the address has them; what is no number asks nothing. */
function asked(filters: TraceFilters) {
  const number = (text: string) => {
    const value = Number(text.replace(',', '.').replace('−', '-'))
    return text.trim() !== '' && Number.isFinite(value) ? value : undefined
  }
  const whole = (text: string) => {
    const value = number(text)
    return value === undefined ? undefined : Math.max(0, Math.round(value))
  }
  return {
    text: filters.text,
    regex: filters.regex === '1',
    prompt: filters.prompt,
    right: filters.right === '' ? undefined : filters.right === '1',
    finishReason: filters.finish === '' ? undefined : (filters.finish as 'stop' | 'length'),
    label: filters.label || undefined,
    minReward: number(filters.minReward),
    maxReward: number(filters.maxReward),
    minTokens: whole(filters.minTokens),
    maxTokens: whole(filters.maxTokens),
    fromStep: whole(filters.fromStep),
    toStep: whole(filters.toStep),
    sort: (filters.sort || 'newest') as TraceSort,
  }
}

/** Moves to a neighbour in the list. */
export function showTrace(at: number): void {
  const { hits } = tracesStore.getState()
  if (hits.length === 0) return
  const within = Math.min(hits.length - 1, Math.max(0, at))
  tracesStore.setState({ at: within })
  if (within > hits.length - 20) void moreTraces()
}
