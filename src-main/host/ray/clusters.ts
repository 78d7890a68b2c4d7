/** The clusters that a person saved. */
import { StudioError } from '../../contract/errors.ts'
import { type Cluster, clusterSchema } from '../../contract/ray.ts'
import { deleteCluster, findCluster, listClusters, putCluster } from '../../store/clusters.ts'
import type { Store } from '../../store/store.ts'
import { notUnderstood } from '../not-understood.ts'
import { reportUrl } from './address.ts'

export class Clusters {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  list(): Cluster[] {
    return this.#store.read(listClusters)
  }

  find(name: string): Cluster | undefined {
    return this.#store.read((db) => findCluster(db, name))
  }

  /** @throws StudioError not-found, naming those that there are */
  require(name: string): Cluster {
    const found = this.find(name)
    if (found) return found
    const there = this.list().map((cluster) => cluster.name)
    throw new StudioError(
      'not-found',
      `There is no cluster "${name}".`,
      there.length > 0
        ? `Those that were saved: ${there.join(', ')}.`
        : 'Save it first: grpo-studio clusters add NAME --address http://HOST:8265',
    )
  }

  /** @param before of another name, which it takes the place of @throws StudioError bad-request; disk-full, data-folder */
  save(cluster: Cluster, before: string | null = null): Cluster[] {
    checkCluster(cluster)
    if (cluster.name !== before && this.find(cluster.name))
      throw new StudioError(
        'bad-request',
        `There is a cluster "${cluster.name}" already.`,
        'Change that one, or choose another name.',
      )
    this.#store.write((db) => {
      if (before !== null && before !== cluster.name) deleteCluster(db, before)
      putCluster(db, cluster)
    })
    return this.list()
  }

  /** Runs that went there keep what they know of it. @throws StudioError not-found; disk-full, data-folder */
  remove(name: string): Cluster[] {
    this.require(name)
    this.#store.write((db) => deleteCluster(db, name))
    return this.list()
  }
}

/** @throws StudioError bad-request for what is no cluster, or one that could not reach this app */
export function checkCluster(given: unknown): Cluster {
  const read = clusterSchema.safeParse(given)
  if (!read.success) throw notUnderstood(read.error.issues)
  // ports are not known yet, and no part of the question
  reportUrl(read.data, 1, 1)
  return read.data
}
