/** Models that a person may train or talk with: what is here, what can be fetched, what is being fetched. */
import type { ErrorReport } from './errors.ts'

export interface ModelInfo {
  /** What a recipe's `model` says. */
  name: string
  title: string
  /** "built in" comes with the app; "fetched" is in the models folder; "offered" is known by a short name and can be fetched. */
  state: 'built in' | 'fetched' | 'offered'
  /** On the disk; of an offered one, to download. */
  bytes: number
  /** Commit on the hub, or version of the wheel. */
  revision: string | null
  folder: string | null
  fetchedAt: string | null
}

export interface ModelList {
  /** Where fetched models are kept. */
  folder: string
  models: ModelInfo[]
  fetches: FetchState[]
}

/** A fetch that runs or has ended; one a model. */
export interface FetchState {
  name: string
  status: 'running' | 'done' | 'failed' | 'cancelled'
  /** Bytes that are there, of all that are needed; both 0 until that is known. */
  done: number
  total: number
  file: string
  startedAt: string
  error: ErrorReport | null
}
