/** The import that is on its way, or the last one, and what is told when it ends. */
import { createStore } from 'zustand/vanilla'
import type { ImportAsk, ImportState } from '../../src-main/contract/imports.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { imported } from './announce.ts'
import { api, onHostEvent } from './host.ts'
import { showRun } from './show-run.ts'
import { viewStore } from './view.ts'

export interface ImportsState {
  state: ImportState | null
  /** Why it was not begun. */
  error: Explanation | null
  /** Asked for, not yet begun. */
  asking: boolean
}

export const importsStore = createStore<ImportsState>(() => ({ state: null, error: null, asking: false }))

onHostEvent((event) => {
  if (event.type === 'import') heard(event.state)
})

/** A run that was waited for is shown; of one that went on behind the dialog it is told. */
function heard(state: ImportState): void {
  importsStore.setState({ state })
  if (state.phase === 'reading') return
  const { importing } = viewStore.getState()
  if (state.run && importing) {
    viewStore.setState({ importing: false })
    showRun(state.run.id)
  } else if (!importing && state.phase !== 'cancelled') imported(state)
}

/** What goes on already, where another window began it. */
export async function loadImport(): Promise<void> {
  try {
    importsStore.setState({ state: await api().imports.state(), error: null })
  } catch (error) {
    importsStore.setState({ error: explain(error) })
  }
}

export async function startImport(ask: ImportAsk): Promise<void> {
  importsStore.setState({ error: null, asking: true })
  try {
    const state = await api().imports.start(ask)
    // a short one has ended before its beginning was answered
    importsStore.setState((now) => ({
      asking: false,
      state: now.state?.path === state.path && now.state.phase !== 'reading' ? now.state : state,
    }))
  } catch (error) {
    importsStore.setState({ error: explain(error), asking: false })
  }
}

export async function cancelImport(): Promise<void> {
  try {
    await api().imports.cancel()
  } catch (error) {
    importsStore.setState({ error: explain(error) })
  }
}

/** What an earlier one came to is not of interest any more. */
export const forgetImport = (): void =>
  importsStore.setState(({ state }) => ({ error: null, state: state?.phase === 'reading' ? state : null }))
