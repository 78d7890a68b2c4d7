/** The models of the host's machine, and how far each fetch is. */
import { createStore } from 'zustand/vanilla'
import type { FetchState, ModelInfo } from '../../src-main/contract/models.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { failed } from './announce.ts'
import { api, onHostEvent } from './host.ts'

export interface ModelsState {
  /** null until the host has answered. */
  models: ModelInfo[] | null
  folder: string
  fetches: Record<string, FetchState>
  error: Explanation | null
}

export const modelsStore = createStore<ModelsState>(() => ({ models: null, folder: '', fetches: {}, error: null }))

export async function loadModels(): Promise<void> {
  try {
    const { models, folder, fetches } = await api().models.list()
    modelsStore.setState({
      models,
      folder,
      fetches: Object.fromEntries(fetches.map((fetch) => [fetch.name, fetch])),
      error: null,
    })
  } catch (error) {
    modelsStore.setState({ error: explain(error) })
  }
}

onHostEvent((event) => {
  if (event.type !== 'fetch') return
  const { fetch } = event
  modelsStore.setState(({ fetches }) => ({ fetches: { ...fetches, [fetch.name]: fetch } }))
  if (fetch.status !== 'running') void loadModels()
})

const tried = async (work: () => Promise<unknown>) => {
  try {
    await work()
  } catch (error) {
    failed(error)
  }
  await loadModels()
}

export const fetchModel = (name: string, revision?: string) => tried(() => api().models.fetch({ name, revision }))
export const cancelFetch = (name: string) => tried(() => api().models.cancel({ name }))
