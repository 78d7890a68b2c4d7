/** Commands of the Groups page. */
import { figureOf, lastStep } from '../stores/group-figures.ts'
import { groupsPageStore, lookedAt, moveToDraw, moveToPrompt } from '../stores/groups-page.ts'
import { go, routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { readIn } from './groups.ts'

const here = () => routeStore.getState().page === 'groups'
const view = () => {
  const route = routeStore.getState()
  return route.page === 'groups' ? route.list.view : null
}
const overTime = () => view() === '' && groupsPageStore.getState().shown.length > 0
const oneStep = () => view() === 'step'

/** The step whose groups are shown: the one asked for, else the newest. */
export function stepOfGroups(): number {
  const route = routeStore.getState()
  const { figures } = groupsPageStore.getState()
  const newest = figures ? lastStep(figures) : 0
  const wanted = route.page === 'groups' ? Number.parseInt(route.list.step, 10) : Number.NaN
  return Number.isNaN(wanted) ? newest : Math.min(newest, Math.max(1, wanted))
}

export function showGroupsOf(step: number): void {
  const route = routeStore.getState()
  if (route.page === 'groups') go({ ...route, list: { ...route.list, view: 'step', step: String(step) } }, true)
}

export const nextPrompt: Action = {
  id: 'next-prompt',
  name: () => t('Next prompt'),
  group: 'Groups',
  keys: ['J', 'ArrowDown'],
  enabled: () => overTime() || oneStep(),
  run: () => (oneStep() ? focusGrid() : moveToPrompt(1)),
}

export const previousPrompt: Action = {
  id: 'previous-prompt',
  name: () => t('Previous prompt'),
  group: 'Groups',
  keys: ['K', 'ArrowUp'],
  enabled: () => overTime() || oneStep(),
  run: () => (oneStep() ? focusGrid() : moveToPrompt(-1)),
}

/** From there on the grid's own keys lead from group to group. */
const focusGrid = () => document.querySelector<HTMLElement>('[role="grid"] [tabindex="0"]')?.focus()

export const earlierDraw: Action = {
  id: 'earlier-draw',
  name: () => (oneStep() ? t('Groups of the step before') : t('Its group before')),
  group: 'Groups',
  keys: ['ArrowLeft'],
  words: 'earlier time draw',
  enabled: () => overTime() || oneStep(),
  run: () => (oneStep() ? showGroupsOf(stepOfGroups() - 1) : moveToDraw(-1)),
}

export const laterDraw: Action = {
  id: 'later-draw',
  name: () => (oneStep() ? t('Groups of the next step') : t('Its next group')),
  group: 'Groups',
  keys: ['ArrowRight'],
  words: 'later time draw',
  enabled: () => overTime() || oneStep(),
  run: () => (oneStep() ? showGroupsOf(stepOfGroups() + 1) : moveToDraw(1)),
}

export const openDraw: Action = {
  id: 'open-draw',
  name: () => t('Read its samples'),
  group: 'Groups',
  keys: ['Enter'],
  words: 'open reader group',
  enabled: overTime,
  run: () => {
    const state = groupsPageStore.getState()
    const now = lookedAt(state)
    if (!now || !state.figures || !state.runId) return
    const [step, group] = [figureOf(state.figures, now.row, 'step'), figureOf(state.figures, now.row, 'group')]
    readIn(state.runId, { kind: 'group', step, group, sample: null })
  },
}

export const otherGroupsView: Action = {
  id: 'other-groups-view',
  name: () => (oneStep() ? t('All steps of the run') : t('The groups of one step')),
  group: 'Groups',
  keys: ['O'],
  words: 'heatmap advantages time',
  enabled: here,
  run: () => {
    const route = routeStore.getState()
    if (route.page !== 'groups') return
    const { step } = route.list
    const row = lookedAt(groupsPageStore.getState())?.row
    const { figures, prompt } = groupsPageStore.getState()
    const wanted =
      step || prompt === null || row === undefined || !figures ? step : String(figureOf(figures, row, 'step'))
    go({ ...route, list: { ...route.list, view: oneStep() ? '' : 'step', step: wanted } }, true)
  },
}
