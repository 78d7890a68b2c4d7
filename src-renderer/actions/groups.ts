import { liveStore, newestStep } from '../stores/live.ts'
import { readerStore, showAppearance } from '../stores/reader.ts'
import { go, type Opened, onLivePage, routeStore } from '../stores/route.ts'
import { openedNeighbours, shownStep } from '../stores/shown.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { tokenColours } from '../text/token-colour.ts'
import { type Action, following } from './action.ts'

const onLive = () => routeStore.getState().page === 'live' && newestStep(liveStore.getState()) > 0
const readerOpen = () => {
  const route = routeStore.getState()
  return route.page === 'live' && route.opened !== null
}

/** A place within a run names the run, so that the address still means it when another one has begun. */
const shownRun = () => liveStore.getState().runId

/** Shows this step's groups; the newest step is followed again from there on. */
export function showStep(step: number): void {
  const newest = newestStep(liveStore.getState())
  const within = Math.min(newest, Math.max(1, step))
  onLivePage((route) => ({ ...route, runId: shownRun(), step: within === newest ? null : within }))
}

function moveInTime(by: number): void {
  if (readerOpen()) showAppearance(readerStore.getState().at + by)
  else showStep(shownStep(routeStore.getState(), liveStore.getState()) + by)
}

export const earlier: Action = {
  id: 'earlier',
  name: t('Earlier step'),
  group: 'Groups',
  keys: ['ArrowLeft'],
  words: 'previous back time',
  enabled: onLive,
  run: () => moveInTime(-1),
}

export const later: Action = {
  id: 'later',
  name: t('Later step'),
  group: 'Groups',
  keys: ['ArrowRight'],
  words: 'next forward time',
  enabled: onLive,
  run: () => moveInTime(1),
}

export const follow: Action = {
  id: 'follow',
  name: t('Follow the newest step'),
  group: 'Groups',
  keys: ['L'],
  words: 'latest live now',
  enabled: onLive,
  run: () => {
    if (readerOpen()) showAppearance(Number.MAX_SAFE_INTEGER)
    else onLivePage((route) => ({ ...route, step: null }))
  },
}

/** Opens the reader from another page, to which closing it leads back. */
export function readIn(runId: string, opened: Opened): void {
  readerStore.setState({ layout: opened.kind === 'group' ? 'samples' : 'time', from: routeStore.getState() })
  go({ page: 'live', runId, step: opened.step, opened })
}

/** Opens a group of a step in the reader. */
export function openGroup(step: number, group: number, sample: number | null = null): void {
  readerStore.setState({ layout: 'samples', from: null })
  onLivePage((route) => ({ ...route, runId: shownRun(), opened: { kind: 'group', step, group, sample } }), false)
}

/** Opens a prompt in the reader, at one of its steps if given. */
export function openPrompt(prompt: string, step: number | null): void {
  readerStore.setState({ layout: 'time', from: null })
  onLivePage((route) => ({ ...route, runId: shownRun(), opened: { kind: 'prompt', prompt, step } }), false)
}

export const openBest: Action = {
  id: 'open-group',
  name: t('Read the groups'),
  group: 'Groups',
  keys: ['G'],
  words: 'open reader samples heatmap first',
  enabled: onLive,
  run: () => document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus(),
}

function moveToGroup(by: number): void {
  const { groups, at } = openedNeighbours()
  const group = groups[at + by]
  const route = routeStore.getState()
  if (group && route.page === 'live' && route.opened?.kind === 'group') {
    const { step } = route.opened
    onLivePage((r) => ({ ...r, opened: { kind: 'group', step, group: group.group, sample: null } }))
  }
}

export const previousGroup: Action = {
  id: 'previous-group',
  name: t('Previous group'),
  group: 'Groups',
  keys: ['K'],
  enabled: () => openedNeighbours().at > 0,
  run: () => moveToGroup(-1),
}

export const nextGroup: Action = {
  id: 'next-group',
  name: t('Next group'),
  group: 'Groups',
  keys: ['J'],
  enabled: () => {
    const { groups, at } = openedNeighbours()
    return at >= 0 && at + 1 < groups.length
  },
  run: () => moveToGroup(1),
}

export const acrossTime: Action = {
  id: 'across-time',
  name: () =>
    readerStore.getState().layout === 'time'
      ? t('Samples of one moment side by side')
      : t('One sample of every moment side by side'),
  group: 'Groups',
  keys: ['W'],
  words: 'history learning time',
  enabled: readerOpen,
  run: () => readerStore.setState(({ layout }) => ({ layout: layout === 'time' ? 'samples' : 'time' })),
}

/** The next thing that tokens are coloured by. */
export const nextColour: Action = {
  id: 'next-token-colour',
  name: () =>
    followingColour() === 'none'
      ? t('Plain text')
      : t('Tokens by {{followingColour}}', { followingColour: followingColour() }),
  group: 'Groups',
  keys: ['V'],
  words: 'log-prob probability entropy kl surprise choice change colour heat',
  enabled: () => readerOpen() && readerStore.getState().layout === 'samples',
  run: () => readerStore.setState({ colour: followingColour() }),
}

const followingColour = () => following(tokenColours, readerStore.getState().colour)

const comparesSamples = () => {
  const route = routeStore.getState()
  return route.page === 'compare' && route.samples !== undefined
}

export const toggleDifferences: Action = {
  id: 'toggle-differences',
  name: () => (readerStore.getState().differences ? t('Hide differences') : t('Mark differences to the neighbour')),
  group: 'Groups',
  keys: ['D'],
  words: 'diff compare',
  enabled: () => readerOpen() || comparesSamples(),
  run: () => readerStore.setState(({ differences }) => ({ differences: !differences })),
}

/** Wherever a model's text is read. */
const readsText = () => readerOpen() || ['traces', 'compare', 'playground'].includes(routeStore.getState().page)

export const toggleFormulas: Action = {
  id: 'toggle-formulas',
  name: () => (viewStore.getState().formulas ? t('Formulas as they are written') : t('Typeset formulas')),
  group: 'Groups',
  keys: ['E'],
  words: 'latex katex math equations source',
  enabled: readsText,
  run: () => viewStore.setState(({ formulas }) => ({ formulas: !formulas })),
}

export const toggleRows: Action = {
  id: 'toggle-rows',
  name: () => (viewStore.getState().rows === 'spread' ? t('Rows in the order drawn') : t('Rows sorted by spread')),
  group: 'Groups',
  keys: ['R'],
  words: 'sort heatmap order',
  enabled: () => onLive() || routeStore.getState().page === 'groups',
  run: () => viewStore.setState(({ rows }) => ({ rows: rows === 'spread' ? 'drawn' : 'spread' })),
}

export const close: Action = {
  id: 'close',
  name: t('Close the reader or the large chart'),
  group: 'Window',
  keys: ['Escape'],
  words: 'back',
  enabled: () => readerOpen() || viewStore.getState().enlarged !== null,
  run: () => {
    const { from } = readerStore.getState()
    if (readerOpen() && from) {
      readerStore.setState({ from: null })
      go(from)
    } else if (readerOpen()) onLivePage((route) => ({ ...route, opened: null }))
    else viewStore.setState({ enlarged: null })
  },
}
