/** Fetches a model from the Hugging Face hub: only the needed files, each checked by its hash; what was cut off goes on where it ended. */
import { createHash, type Hash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { StudioError } from '../contract/errors.ts'
import {
  describeModel,
  endpointOf,
  type HubAccess,
  type HubFile,
  headersOf,
  neededFiles,
  outOfReach,
  reasonOf,
  requireOk,
} from './hub-api.ts'
import { finish, requireSpace } from './partial.ts'
import { type FetchedModel, fetched, modelsFolder, partialFolderOf } from './places.ts'

export interface HubFetch extends HubAccess {
  revision?: string
  /** One GGUF file in place of the model folder. */
  file?: string
  root?: string
  /** Bytes that are there, of all that are needed. */
  progress?: (done: number, total: number, file: string) => void
}

/** Attempts at a file that bring nothing new before it is given up. */
const ATTEMPTS = 4

/**
 * @returns the model; at once if this revision is there already
 * @throws StudioError network, not-found, bad-model, disk-full; cancelled by the signal (what was fetched is kept)
 */
export async function fetchHubModel(name: string, options: HubFetch = {}): Promise<FetchedModel> {
  const { env = process.env, signal, revision = 'main', progress = () => {} } = options
  const root = options.root ?? modelsFolder(env)
  try {
    const model = await describeModel(name, revision, options)
    const there = fetched(name, root)
    const needed = neededFiles(model, options.file)
    if (there?.revision === model.commit && needed.every((n) => there.files.some((f) => f.file === n.file)))
      return there
    const total = needed.reduce((sum, file) => sum + file.bytes, 0)
    const partial = partialFolderOf(name, root)
    mkdirSync(partial, { recursive: true })
    keepOnly(partial, needed)
    let done = 0
    requireSpace(root, total - needed.reduce((sum, file) => sum + sizeOf(partial, file), 0))
    for (const file of needed) {
      const before = done
      await fetchFile(name, model.commit, file, partial, { ...options, env }, (bytes) =>
        progress(before + bytes, total, file.file),
      )
      done += file.bytes
    }
    const notes = needed.map(({ file, bytes, hash }) => ({ file, bytes, hash: `${hash.algorithm}:${hash.value}` }))
    return finish(name, root, model.commit, notes)
  } catch (error) {
    if (!signal?.aborted) throw error
    throw new StudioError(
      'cancelled',
      `Fetching ${name} was stopped.`,
      'What was fetched is kept: the same command goes on from there.',
      { cause: error },
    )
  }
}

/** A file's name while it is fetched holds its hash: another revision's beginning is never continued. */
const partName = ({ file, hash }: HubFile) => `${file}.${hash.value.slice(0, 16)}.part`

function keepOnly(partial: string, needed: HubFile[]): void {
  const known = new Set(needed.flatMap((file) => [file.file, partName(file)]))
  for (const file of readdirSync(partial)) if (!known.has(file)) rmSync(join(partial, file), { recursive: true })
}

function sizeOf(partial: string, file: HubFile): number {
  const found = [file.file, partName(file)].map((name) => join(partial, name)).find(existsSync)
  return found ? statSync(found).size : 0
}

async function fetchFile(
  name: string,
  commit: string,
  file: HubFile,
  partial: string,
  options: HubFetch & { env: NodeJS.ProcessEnv },
  progress: (bytes: number) => void,
): Promise<void> {
  const [whole, part] = [join(partial, file.file), join(partial, partName(file))]
  if (existsSync(whole)) {
    if ((await digestOf(whole, file)) === file.hash.value) return progress(file.bytes)
    rmSync(whole)
  }
  const url = `${endpointOf(options.env)}/${name}/resolve/${commit}/${file.file}`
  for (let left = ATTEMPTS; ; left--) {
    const before = existsSync(part) ? statSync(part).size : 0
    try {
      if (before < file.bytes || before === 0) await download(url, name, commit, part, before, file, options, progress)
      break
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof StudioError && error.code !== 'network') throw error
      if (existsSync(part) && statSync(part).size > before) left = ATTEMPTS
      if (left <= 1) throw error instanceof StudioError ? error : outOfReach(endpointOf(options.env), reasonOf(error))
    }
  }
  if ((await digestOf(part, file)) !== file.hash.value) {
    rmSync(part)
    throw new StudioError(
      'bad-model',
      `${file.file} of ${name} arrived damaged: its hash is not ${file.hash.value.slice(0, 16)}….`,
      'It was thrown away; try again.',
    )
  }
  renameSync(part, whole)
}

/** Appends what is missing; begins anew where the server does not send a part. */
async function download(
  url: string,
  name: string,
  commit: string,
  part: string,
  from: number,
  file: HubFile,
  { env, signal, patience = 15_000 }: HubFetch & { env: NodeJS.ProcessEnv },
  progress: (bytes: number) => void,
): Promise<void> {
  const stalled = new AbortController()
  const giveUp = () => stalled.abort(new DOMException('no data came', 'TimeoutError'))
  let watchdog = setTimeout(giveUp, patience)
  try {
    const response = await fetch(url, {
      headers: { ...headersOf(env), ...(from > 0 ? { range: `bytes=${from}-` } : {}) },
      signal: signal ? AbortSignal.any([signal, stalled.signal]) : stalled.signal,
    })
    if (response.status === 416) return rmSync(part, { force: true })
    requireOk(response, name, commit, endpointOf(env))
    const continued = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`)
    let at = continued ? from : 0
    progress(at)
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        clearTimeout(watchdog)
        watchdog = setTimeout(giveUp, patience)
        at += chunk.length
        if (at > file.bytes)
          throw new StudioError(
            'bad-model',
            `${file.file} of ${name} is longer than the ${file.bytes} bytes it should have.`,
            'Try again later.',
          )
        progress(at)
        yield chunk
      }
    }
    const body = response.body ? Readable.fromWeb(response.body as never) : Readable.from([])
    await pipeline(body, counted, createWriteStream(part, { flags: continued ? 'a' : 'w' }))
    if (at < file.bytes) throw new Error(`the connection ended after ${at} of ${file.bytes} bytes`)
  } finally {
    clearTimeout(watchdog)
  }
}

/** sha256, or Git's: sha1 of "blob SIZE\0" and the content. */
async function digestOf(path: string, { hash, bytes }: HubFile): Promise<string> {
  const digest: Hash = createHash(hash.algorithm === 'sha256' ? 'sha256' : 'sha1')
  if (hash.algorithm === 'git') digest.update(`blob ${bytes}\0`)
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer)
  return digest.digest('hex')
}
