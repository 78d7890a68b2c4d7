/** Where drivers on clusters report: a port of its own on loopback, the same again after a restart, as job.json has it. */
import { createHash } from 'node:crypto'
import { tokenOfKey } from '../../store/ray-jobs.ts'
import type { Store } from '../../store/store.ts'
import type { AttachedRuns } from '../ingest/attached-runs.ts'
import { type Admit, refusePages, tokenIn } from '../ingest/http.ts'
import { listenForTrainers, type TrainerListener } from '../ingest/listener.ts'
import { Refusal } from '../ingest/refusals.ts'
import { sameToken } from '../loopback.ts'

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')

/**
 * A token opens one run and nothing else. Which name they call this app by is not asked: relays and tunnels have names of their own, and a page of a
 * browser, which another name could lead here, does not know the token.
 */
export const ofJobs =
  (store: Store): Admit =>
  (headers, key) => {
    refusePages(headers)
    const expected = key === undefined ? undefined : store.read((db) => tokenOfKey(db, key))
    if (expected !== undefined && sameToken(hashOf(tokenIn(headers)), expected)) return
    throw new Refusal(
      401,
      'The token is not that of the newest job of this run.',
      'A job reports with the token of its job.json, until its run is resumed or deleted.',
    )
  }

/** Where drivers report, if no other app on this machine has it: a forward of one's own can be set up for it. */
export const jobPort = 4790

export class JobListener {
  readonly #options: { store: Store; attached: AttachedRuns }
  #listener: Promise<TrainerListener> | undefined

  constructor(options: { store: Store; attached: AttachedRuns }) {
    this.#options = options
  }

  /** @param asked where a job that goes on reports to @returns the port @throws StudioError port-in-use */
  async port(asked?: number): Promise<number> {
    const { store, attached } = this.#options
    const listen = (port: number) => listenForTrainers({ host: { attached }, admit: ofJobs(store) }, port)
    this.#listener ??= asked === undefined ? listen(jobPort).catch(() => listen(0)) : listen(asked)
    try {
      return (await this.#listener).port
    } catch (error) {
      this.#listener = undefined
      throw error
    }
  }

  async close(): Promise<void> {
    await (await this.#listener?.catch(() => undefined))?.close()
  }
}
