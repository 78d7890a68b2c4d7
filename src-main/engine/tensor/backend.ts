/** What a tensor backend is to the rest of the engine, and what a probe of it found. */

import type { BackendName } from '../../contract/backends.ts'
import type { BackendProbe } from '../../contract/records.ts'

export type { BackendName } from '../../contract/backends.ts'

/** A backend as it opened itself, before its arithmetic is checked. */
export interface Opened {
  /** Version of the library that computes. */
  version: string
  /** Threads that compute at once. */
  threads: number
  /** What it computes on, in words. */
  device: string
}

/** One rung: `open` makes it tfjs's current backend, or throws an Error whose message says why it cannot. */
export interface Backend {
  name: BackendName
  open(): Promise<Opened>
}

export interface OpenedBackend extends Opened {
  name: BackendName
  /** The rungs that were tried, best first; the last one is the backend that is open. */
  probes: BackendProbe[]
}
