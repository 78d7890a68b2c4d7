/** The Groups page: the figures of its run, and which group of which prompt is looked at. */
import { createStore } from 'zustand/vanilla'
import { type Explanation, explain } from '../transport/explain.ts'
import { extended, type Figures, lastStep, type PromptFigures, promptFigures, unpacked } from './group-figures.ts'
import { api, onHostEvent } from './host.ts'

export interface GroupsPageState {
  runId: string | null
  figures: Figures | null
  prompts: PromptFigures[]
  error: Explanation | null
  /** Prompts in the order of the page. */
  shown: readonly PromptFigures[]
  /** The prompt that is looked at. */
  prompt: string | null
  /** Which of its groups, from the newest on: 0 is the last one that was drawn. */
  back: number
}

const nothing = { figures: null, prompts: [], error: null, shown: [], prompt: null, back: 0 }

export const groupsPageStore = createStore<GroupsPageState>(() => ({ runId: null, ...nothing }))

/** A run that goes is asked again after this long at the earliest; milliseconds. */
const patience = 1500
let turn = 0
let asking = false
let stale = false

export async function showFigures(runId: string): Promise<void> {
  const again = groupsPageStore.getState().runId === runId
  if (!again) groupsPageStore.setState({ runId, ...nothing })
  await fetchFigures(runId, again ? groupsPageStore.getState().figures : null)
}

async function fetchFigures(runId: string, before: Figures | null): Promise<void> {
  const mine = ++turn
  asking = true
  stale = false
  try {
    const more = unpacked(await api().groups.figures({ runId, afterStep: before ? lastStep(before) : 0 }))
    if (mine !== turn) return
    if (before && more.rows.length === 0) return
    const figures = before ? extended(before, more) : more
    groupsPageStore.setState({ figures, prompts: promptFigures(figures), error: null })
  } catch (error) {
    if (mine === turn) groupsPageStore.setState({ error: explain(error) })
  } finally {
    if (mine === turn) asking = false
  }
}

/** Follows the run that is shown as long as the page is open. */
export function followFigures(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Some came for steps that are there already. */
  let late = false
  const ask = () => {
    timer = undefined
    const { runId, figures } = groupsPageStore.getState()
    if (runId && figures && stale && !asking) void fetchFigures(runId, late ? null : figures)
    late = false
  }
  const stop = onHostEvent((event) => {
    const { runId } = groupsPageStore.getState()
    if (!runId || !('runId' in event) || event.runId !== runId) return
    if (event.type === 'rewound') void fetchFigures(runId, null)
    if (event.type !== 'step' && event.type !== 'groups') return
    late ||= event.type === 'groups'
    stale = true
    timer ??= setTimeout(ask, patience)
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}

/** The prompt that is looked at, its place on the page, and its group; the first where none was chosen. */
export function lookedAt({
  shown,
  prompt,
  back,
}: GroupsPageState): { at: number; one: PromptFigures; row: number } | null {
  const found = prompt === null ? 0 : shown.findIndex((one) => one.prompt === prompt)
  const at = Math.max(0, found)
  const one = shown[at]
  if (!one) return null
  return { at, one, row: one.rows[Math.max(0, one.rows.length - 1 - back)] }
}

/** @param row of its groups; the newest where none is named */
export function lookAt(one: PromptFigures, row?: number): void {
  const place = row === undefined ? -1 : one.rows.indexOf(row)
  groupsPageStore.setState({ prompt: one.prompt, back: place < 0 ? 0 : one.rows.length - 1 - place })
}

export function moveToPrompt(by: number): void {
  const state = groupsPageStore.getState()
  const now = lookedAt(state)
  if (!now) return
  const first = state.prompt === null ? now.at : now.at + by
  lookAt(state.shown[Math.min(state.shown.length - 1, Math.max(0, first))])
}

export function moveToDraw(by: number): void {
  const state = groupsPageStore.getState()
  const now = lookedAt(state)
  if (!now) return
  const back = Math.min(now.one.rows.length - 1, Math.max(0, state.back - by))
  groupsPageStore.setState({ prompt: now.one.prompt, back })
}
