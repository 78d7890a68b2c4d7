/** Labels by a person: the sets there are, the one that is open, and what it shows next. */
import { createStore } from 'zustand/vanilla'
import type { LabelSet, LabelState, LabelValue, NewLabelSet } from '../../src-main/contract/labelling.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'
import { go, routeStore } from './route.ts'

export interface PreferencesState {
  /** Newest first; null until the host has answered. */
  sets: LabelSet[] | null
  /** The open set and what comes next; null while there is none. */
  open: LabelState | null
  /** A label is on its way. */
  busy: boolean
  error: Explanation | null
  /** What one answer has that the other lacks is marked. */
  differences: boolean
  /** It is asked whether the open set is to be deleted. */
  deleting: boolean
}

export const preferencesStore = createStore<PreferencesState>(() => ({
  sets: null,
  open: null,
  busy: false,
  error: null,
  differences: false,
  deleting: false,
}))

export async function loadLabelSets(): Promise<void> {
  try {
    const sets = await api().preferences.sets()
    preferencesStore.setState({ sets, error: null })
  } catch (error) {
    preferencesStore.setState({ error: explain(error) })
  }
}

/** Shows this set; null shows none. */
export async function openLabelSet(set: number | null): Promise<void> {
  const { open } = preferencesStore.getState()
  if (open?.set.number !== set) preferencesStore.setState({ open: null, error: null })
  if (set === null) return
  try {
    take(await api().preferences.state({ set }))
  } catch (error) {
    preferencesStore.setState({ open: null, error: explain(error) })
  }
}

function take(open: LabelState): void {
  const route = routeStore.getState()
  // another set was opened meanwhile
  if (route.page === 'preferences' && route.set !== open.set.number) return
  preferencesStore.setState(({ sets }) => ({
    open,
    error: null,
    sets: sets?.map((set) => (set.number === open.set.number ? open.set : set)) ?? null,
  }))
}

/** One label at a time: a key that is held does not label what nobody has seen. */
async function changed(ask: (open: LabelState) => Promise<LabelState>): Promise<void> {
  const { open, busy } = preferencesStore.getState()
  if (!open || busy) return
  preferencesStore.setState({ busy: true })
  try {
    take(await ask(open))
  } catch (error) {
    failed(error)
    await openLabelSet(open.set.number)
  }
  preferencesStore.setState({ busy: false })
}

export const giveLabel = (value: LabelValue) =>
  changed(async (open) => {
    const { position, repeat } = open.item!
    return api().preferences.label({ set: open.set.number, position, repeat, value })
  })

export const takeLabelBack = () => changed((open) => api().preferences.undo({ set: open.set.number }))

/** @returns what is wrong with the order, or undefined when the set is made and shown */
export async function makeLabelSet(order: Partial<NewLabelSet> & Pick<NewLabelSet, 'kind' | 'name' | 'source'>) {
  try {
    const { number } = await api().preferences.create(order)
    await loadLabelSets()
    go({ page: 'preferences', set: number })
    return undefined
  } catch (error) {
    return explain(error)
  }
}

export async function deleteLabelSet(set: number): Promise<void> {
  try {
    await api().preferences.remove({ set })
  } catch (error) {
    failed(error)
  }
  preferencesStore.setState({ open: null, deleting: false })
  await loadLabelSets()
  go({ page: 'preferences', set: null }, true)
}

/** The labels as training reads them, one a line. */
export async function labelLines(set: number): Promise<string> {
  const lines = await api().preferences.lines({ set })
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}
