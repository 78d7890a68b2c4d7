/** Where the window is. It lives in the address, so that a reload or a second window shows the same. */
import { createStore } from 'zustand/vanilla'
import { emptyGroupList, type GroupList } from './group-list.ts'

/** What the reader shows: a group of a step, or a prompt through time. */
export type Opened =
  /** `sample`: the one to look at first. */
  | { kind: 'group'; step: number; group: number; sample: number | null }
  | { kind: 'prompt'; prompt: string; step: number | null }

export type Route =
  | { page: 'runs'; list: RunList }
  | { page: 'system' }
  | { page: 'rewards' }
  | { page: 'playground' }
  | { page: 'library'; section: LibrarySection }
  | { page: 'alerts'; filters: AlertFilters }
  /** `text`: what is looked for among the settings. */
  | { page: 'settings'; text: string }
  /** `topic` null: all of them. */
  | { page: 'help'; topic: HelpTopic | null; text: string }
  /** Runs side by side, by their numbers; the first is what the others are held against. */
  | { page: 'compare'; runs: readonly number[]; samples?: ComparedSamples }
  /** Evaluations by their names, and one that it is set against. */
  | { page: 'measure'; shown: string | null; against: string | null }
  /** `set` null: the newest. */
  | { page: 'preferences'; set: number | null }
  /** `name` null: the newest. */
  | { page: 'sweeps'; name: string | null }
  /** None: train one. One: it is opened. Several: they are compared. */
  | { page: 'reward-models'; names: readonly string[] }
  /** `runId` null: the run of the live page. */
  | { page: 'pipeline'; runId: string | null }
  /** `runId` null: the run of the live page. */
  | { page: 'groups'; runId: string | null; list: GroupList }
  /** `runId` null: the run of the live page. */
  | { page: 'traces'; runId: string | null; filters: TraceFilters }
  /** `runId` null: the run that matters most; `step` null: the newest. */
  | {
      page: 'live'
      runId: string | null
      step: number | null
      opened: Opened | null
      /** Other runs whose curves are laid over this one's, by their numbers. */
      beside?: readonly number[]
    }

/** Which runs are listed, and how, as the address has it; empty is what most people want. */
export const emptyRunList = { shelf: '', text: '', group: '', sort: '' }
export type RunList = typeof emptyRunList

export const librarySections = ['models', 'data', 'reward-models', 'checkpoints'] as const
export type LibrarySection = (typeof librarySections)[number]

export const helpTopics = ['grpo', 'tour', 'metrics', 'settings', 'rewards', 'alerts', 'keys'] as const
export type HelpTopic = (typeof helpTopics)[number]

/** `seen`: empty for all, `no` for those that nobody has seen. */
export const emptyAlertFilters = { kind: '', run: '', seen: '' }
export type AlertFilters = typeof emptyAlertFilters

/** What the search of completions asks, as the address has it; empty asks nothing. */
export const emptyFilters = {
  text: '',
  regex: '',
  prompt: '',
  right: '',
  language: '',
  stage: '',
  finish: '',
  label: '',
  minReward: '',
  maxReward: '',
  minTokens: '',
  maxTokens: '',
  fromStep: '',
  toStep: '',
  sort: '',
}
export type TraceFilters = typeof emptyFilters
export type TraceFilter = keyof TraceFilters

/** What runs answered to one prompt, side by side: the prompt, empty the first, and the step, empty the newest. */
export interface ComparedSamples {
  prompt: string
  step: string
}

const plainPages = ['playground', 'rewards', 'system'] as const

const whole = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null)

export function parseRoute(hash: string): Route {
  const url = new URL(hash.replace(/^#/, '') || '/live', 'http://route')
  const [page, id] = url.pathname.split('/').filter(Boolean)
  const plain = plainPages.find((name) => name === page)
  if (plain) return { page: plain }
  const named = <T extends string>(list: readonly T[]) => list.find((name) => name === id)
  // what was a page of its own before there was a library
  if (page === 'models') return { page: 'library', section: 'models' }
  if (page === 'library') return { page, section: named(librarySections) ?? 'models' }
  if (page === 'settings') return { page, text: url.searchParams.get('text') ?? '' }
  if (page === 'help') return { page, topic: named(helpTopics) ?? null, text: url.searchParams.get('text') ?? '' }
  if (page === 'sweeps') return { page, name: id ? decodeURIComponent(id) : null }
  if (page === 'compare') {
    const prompt = url.searchParams.get('prompt')
    const samples = prompt !== null && { samples: { prompt, step: url.searchParams.get('step') ?? '' } }
    return { page, runs: numbersOf(id ?? ''), ...samples }
  }
  if (page === 'pipeline') return { page, runId: id ? decodeURIComponent(id) : null }
  if (page === 'measure') {
    const [, shown = null, against = null] = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
    return { page, shown, against }
  }
  if (page === 'preferences') return { page, set: whole(id ?? null) }
  if (page === 'reward-models') return { page, names: (id ?? '').split(',').filter((name) => name !== '') }
  const query = url.searchParams
  const asked = <T extends Record<string, string>>(empty: T) =>
    Object.fromEntries(Object.keys(empty).map((name) => [name, query.get(name) ?? ''])) as T
  if (page === 'alerts') return { page, filters: asked(emptyAlertFilters) }
  if (page === 'runs') return { page, list: asked(emptyRunList) }
  if (page === 'groups') return { page, runId: id ? decodeURIComponent(id) : null, list: asked(emptyGroupList) }
  if (page === 'traces') return { page, runId: id ? decodeURIComponent(id) : null, filters: asked(emptyFilters) }
  const step = whole(query.get('step'))
  const group = whole(query.get('group'))
  const prompt = query.get('prompt')
  const opened: Opened | null =
    prompt !== null
      ? { kind: 'prompt', prompt, step: whole(query.get('at')) }
      : group !== null && step !== null
        ? { kind: 'group', step, group, sample: whole(query.get('sample')) }
        : null
  const beside = numbersOf(query.get('beside') ?? '')
  return {
    page: 'live',
    runId: id ? decodeURIComponent(id) : null,
    step,
    opened,
    ...(beside.length > 0 ? { beside } : {}),
  }
}

/** "3,5" → 3 and 5, each once. */
const numbersOf = (text: string): number[] => [
  ...new Set(
    text
      .split(',')
      .map(whole)
      .filter((n) => n !== null),
  ),
]

function given(fields: Record<string, string>): string {
  const filled = Object.entries(fields).filter(([, value]) => value !== '')
  return filled.length > 0 ? `?${new URLSearchParams(filled)}` : ''
}

export function routeHash(route: Route): string {
  if (route.page === 'runs') return `#/runs${given(route.list)}`
  if (route.page === 'alerts') return `#/alerts${given(route.filters)}`
  if (route.page === 'library') return `#/library/${route.section}`
  if (route.page === 'settings') return `#/settings${given({ text: route.text })}`
  if (route.page === 'help') return `#/help${route.topic ? `/${route.topic}` : ''}${given({ text: route.text })}`
  if (route.page === 'groups')
    return `#/groups${route.runId ? `/${encodeURIComponent(route.runId)}` : ''}${given(route.list)}`
  if (route.page === 'traces')
    return `#/traces${route.runId ? `/${encodeURIComponent(route.runId)}` : ''}${given(route.filters)}`
  if (route.page === 'pipeline') return `#/pipeline${route.runId ? `/${encodeURIComponent(route.runId)}` : ''}`
  if (route.page === 'sweeps') return `#/sweeps${route.name ? `/${encodeURIComponent(route.name)}` : ''}`
  if (route.page === 'compare') {
    const { runs, samples } = route
    const query = samples
      ? `?${new URLSearchParams({ prompt: samples.prompt, ...(samples.step && { step: samples.step }) })}`
      : ''
    return `#/compare${runs.length > 0 ? `/${runs.join(',')}` : ''}${query}`
  }
  if (route.page === 'measure') {
    const names = [route.shown, route.against].filter((name) => name !== null)
    return ['#/measure', ...names.map(encodeURIComponent)].join('/')
  }
  if (route.page === 'preferences') return `#/preferences${route.set === null ? '' : `/${route.set}`}`
  if (route.page === 'reward-models')
    return `#/reward-models${route.names.length > 0 ? `/${route.names.join(',')}` : ''}`
  if (route.page !== 'live') return `#/${route.page}`
  const query = new URLSearchParams()
  const step = route.opened?.kind === 'group' ? route.opened.step : route.step
  if (step !== null) query.set('step', String(step))
  if (route.opened?.kind === 'group') {
    query.set('group', String(route.opened.group))
    if (route.opened.sample !== null) query.set('sample', String(route.opened.sample))
  }
  if (route.opened?.kind === 'prompt') {
    query.set('prompt', route.opened.prompt)
    if (route.opened.step !== null) query.set('at', String(route.opened.step))
  }
  if (route.beside && route.beside.length > 0) query.set('beside', route.beside.join(','))
  const rest = query.size > 0 ? `?${query}` : ''
  return `#/live${route.runId ? `/${encodeURIComponent(route.runId)}` : ''}${rest}`
}

export const routeStore = createStore<Route>(() => parseRoute(window.location.hash))

/** `replace`: a small move (another step), not worth an entry in the window's history. */
export function go(route: Route, replace = false): void {
  const hash = routeHash(route)
  if (hash !== window.location.hash) window.history[replace ? 'replaceState' : 'pushState'](null, '', hash)
  routeStore.setState(route, true)
}

export function followAddress(): void {
  const take = () => routeStore.setState(parseRoute(window.location.hash), true)
  window.addEventListener('popstate', take)
  window.addEventListener('hashchange', take)
}

/** Changes the live page only; on another page it does nothing. */
export function onLivePage(change: (route: Extract<Route, { page: 'live' }>) => Route, replace = true): void {
  const route = routeStore.getState()
  if (route.page === 'live') go(change(route), replace)
}
