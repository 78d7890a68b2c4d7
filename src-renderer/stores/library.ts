/** What lies on the disk, and what is about to be deleted for good. */
import { createStore } from 'zustand/vanilla'
import type { DiskUse, Removal } from '../../src-main/contract/library.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { api, onHostEvent } from './host.ts'

export interface LibraryState {
  /** null until the host has answered. */
  disk: DiskUse | null
  error: Explanation | null
  /** A yes to it is waited for. */
  removing: Removal | null
  /** Grows when something was removed: lists are asked for again. */
  version: number
}

export const libraryStore = createStore<LibraryState>(() => ({ disk: null, error: null, removing: null, version: 0 }))

export async function loadDiskUse(): Promise<void> {
  try {
    libraryStore.setState({ disk: await api().library.disk(), error: null })
  } catch (error) {
    libraryStore.setState({ error: explain(error) })
  }
}

export const askRemoval = (removing: Removal): void => libraryStore.setState({ removing })

const again = () => libraryStore.setState(({ version }) => ({ version: version + 1 }))

onHostEvent((event) => {
  if (event.type === 'disk') libraryStore.setState({ disk: event.disk })
  if (event.type === 'pruned' || event.type === 'deleted' || event.type === 'checkpoint') again()
})

export async function removeForGood(removal: Removal): Promise<void> {
  await api().library.remove(removal)
  again()
}
