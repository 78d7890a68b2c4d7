/** Ray clusters that were saved, and which of them is being edited. */
import { createStore } from 'zustand/vanilla'
import type { Cluster, ClusterState } from '../../src-main/contract/ray.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'

export interface ClustersState {
  /** null until the host has answered. */
  clusters: Cluster[] | null
  error: Explanation | null
  /** A form is open: of a new one (null), or of this one. */
  editing: { cluster: Cluster | null } | null
  /** Saved last: who chooses among them takes it. */
  newest: string | null
}

export const clustersStore = createStore<ClustersState>(() => ({
  clusters: null,
  error: null,
  editing: null,
  newest: null,
}))

export async function loadClusters(): Promise<void> {
  try {
    clustersStore.setState({ clusters: await api().ray.clusters(), error: null })
  } catch (error) {
    clustersStore.setState({ error: explain(error) })
  }
}

export const editCluster = (cluster: Cluster | null): void => clustersStore.setState({ editing: { cluster } })
export const closeCluster = (): void => clustersStore.setState({ editing: null })

/** @throws what the host refuses */
export async function saveCluster(cluster: Cluster, before: string | null): Promise<void> {
  const clusters = await api().ray.saveCluster({ cluster, before })
  clustersStore.setState({ clusters, newest: cluster.name, editing: null })
}

/** @returns whether it was there */
export async function removeCluster(name: string): Promise<boolean> {
  try {
    clustersStore.setState({ clusters: await api().ray.removeCluster({ name }), newest: null })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

export const tryCluster = (cluster: Cluster): Promise<ClusterState> => api().ray.tryCluster({ cluster })
