/** The search of stored completions: what is asked (it lives in the address), and what was found so far. */
import { createStore } from 'zustand/vanilla'
import { labelledAtOnce } from '../../src-main/contract/sample-label.ts'
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
  /** Texts that were not kept, among all that there are to look at. */
  gone: number
  busy: boolean
  error: Explanation | null
  /** Place of the one that is shown whole. */
  at: number
  /** Those that are labelled and saved together, by `keyOfSample`. */
  selected: ReadonlySet<string>
  /** All that can be found are being fetched, to be selected. */
  gathering: boolean
}

/** Where a sample is stored, as one word. */
export const keyOfSample = ({ step, group, sample }: Pick<Trace, 'step' | 'group' | 'sample'>): string =>
  `${step} ${group} ${sample}`

const nothing = {
  hits: [],
  cursor: null,
  searched: 0,
  steps: 0,
  gone: 0,
  busy: false,
  error: null,
  at: 0,
  selected: new Set<string>(),
  gathering: false,
} satisfies Partial<TracesState>

export const tracesStore = createStore<TracesState>(() => ({ runId: null, filters: emptyFilters, ...nothing }))

/** Hits of a page of the list. */
const pageSize = 100
let turn = 0
let searching = false

/**
 * Begins a search, forgetting one that is under way. Whoever types sees the first letter's answer at once; letters that come before an answer
 * are asked together when it is there, so that no queue of outdated searches builds up.
 */
export async function searchTraces(runId: string, filters: TraceFilters): Promise<void> {
  const before = tracesStore.getState()
  turn++
  // what was found stays until the first answer, so that nothing flickers
  const kept = before.runId === runId ? before.hits : []
  tracesStore.setState({ ...nothing, runId, filters, hits: kept, busy: true })
  if (searching) return
  searching = true
  for (let mine = -1; mine !== turn; ) {
    mine = turn
    await fill(mine, true)
  }
  searching = false
}

export const selectedTraces = ({ hits, selected }: TracesState): Trace[] =>
  selected.size === 0 ? [] : hits.filter((hit) => selected.has(keyOfSample(hit)))

/** Selects it or lets it go; with all between it and the one that is shown, `upTo`. */
export function selectTrace(at: number, upTo = false): void {
  const { hits, at: shown, selected } = tracesStore.getState()
  if (!hits[at]) return
  const chosen = !selected.has(keyOfSample(hits[at]))
  const [from, to] = upTo ? [Math.min(at, shown), Math.max(at, shown)] : [at, at]
  const next = new Set(selected)
  for (const hit of hits.slice(from, to + 1)) {
    if (chosen) next.add(keyOfSample(hit))
    else next.delete(keyOfSample(hit))
  }
  tracesStore.setState({ selected: next, at })
}

/** All that the search finds, up to as many as can be labelled at once. */
export async function selectAllTraces(): Promise<void> {
  const mine = turn
  tracesStore.setState({ gathering: true })
  for (;;) {
    const { cursor, hits, gathering, error } = tracesStore.getState()
    if (mine !== turn || !gathering) return
    if (cursor === null || error || hits.length >= labelledAtOnce) break
    await moreTraces()
    // a page of the list is being fetched already
    if (tracesStore.getState().busy) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const found = tracesStore.getState().hits.slice(0, labelledAtOnce)
  tracesStore.setState({ selected: new Set(found.map(keyOfSample)), gathering: false })
}

export const selectNone = (): void => tracesStore.setState({ selected: new Set(), gathering: false })

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
        gone: page.gone,
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
    language: filters.language || undefined,
    stage: whole(filters.stage),
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
