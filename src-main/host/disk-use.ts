/** How much lies on the disk, by part: counted in the background, told while it is counted, and remembered. */
import { statfs } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type DiskPart, type DiskUse, diskParts } from '../contract/library.ts'
import { filesBelow } from './walk.ts'

/** A count is good for so long, milliseconds; whoever asks later gets it at once, and a new one after it. */
const freshMs = 20_000
/** Least time between two announcements. */
const pace = 200

export interface DiskUseOptions {
  dataFolder: string
  modelsFolder: string
  cachesFolder: string
  /** Ids of the runs that lie in the bin. */
  binned(): ReadonlySet<string>
  announce(disk: DiskUse): void
}

const nothing = () => Object.fromEntries(diskParts.map((part) => [part, 0])) as Record<DiskPart, number>

const inside = (folder: string, path: string) => path.startsWith(folder + sep)

/** To which part a file of these folders belongs. */
export function partOf(
  path: string,
  { dataFolder, modelsFolder }: Pick<DiskUseOptions, 'dataFolder' | 'modelsFolder'>,
  binned: ReadonlySet<string>,
): DiskPart {
  if (inside(modelsFolder, path)) return 'models'
  if (!inside(dataFolder, path)) return 'caches'
  const [first, run, folder] = path.slice(dataFolder.length + 1).split(sep)
  if (first === 'reward-models') return 'reward-models'
  if (first.startsWith('studio.db')) return 'database'
  if (first !== 'runs' || run === undefined) return 'other'
  if (binned.has(run)) return 'bin'
  return folder === 'checkpoints' ? 'checkpoints' : folder === 'reward-models' ? 'reward-models' : 'runs'
}

export class DiskUseCounter {
  readonly #options: DiskUseOptions
  readonly #roots: string[]
  #known: DiskUse
  #countedMs = Number.NEGATIVE_INFINITY
  #counting: Promise<void> | null = null
  #again = false
  #closed = false

  constructor(options: DiskUseOptions) {
    const [dataFolder, modelsFolder, cachesFolder] = [
      resolve(options.dataFolder),
      resolve(options.modelsFolder),
      resolve(options.cachesFolder),
    ]
    this.#options = { ...options, dataFolder, modelsFolder, cachesFolder }
    const all = [...new Set([dataFolder, modelsFolder, cachesFolder])]
    this.#roots = all.filter((root) => !all.some((other) => inside(other, root)))
    const folders = { data: dataFolder, models: modelsFolder, caches: cachesFolder }
    this.#known = { parts: nothing(), freeBytes: null, countedAt: null, counting: null, folders }
  }

  /** What is known; a count begins unless one was done just now. */
  state(): DiskUse {
    if (!this.#counting && performance.now() - this.#countedMs > freshMs) this.#begin()
    return this.#known
  }

  /** Something came or went: what is known is counted anew if anybody ever asked. */
  stale(): void {
    this.#countedMs = Number.NEGATIVE_INFINITY
    if (this.#counting) this.#again = true
    else if (this.#known.countedAt) this.#begin()
  }

  /** Resolves when no count is under way. */
  async settled(): Promise<void> {
    while (this.#counting) await this.#counting
  }

  close(): void {
    this.#closed = true
  }

  #begin(): void {
    this.#known = { ...this.#known, counting: 0 }
    this.#counting = this.#count().finally(() => {
      this.#counting = null
      if (this.#again && !this.#closed) {
        this.#again = false
        this.#begin()
      }
    })
  }

  async #count(): Promise<void> {
    const parts = nothing()
    const binned = this.#options.binned()
    const seen = new Set<string>()
    let [files, told] = [0, performance.now()]
    for (const root of this.#roots)
      for await (const { path, bytes, identity, names } of filesBelow(root)) {
        if (this.#closed) return
        files++
        if (names > 1 && seen.has(identity)) continue
        if (names > 1) seen.add(identity)
        parts[partOf(path, this.#options, binned)] += bytes
        if (performance.now() - told < pace) continue
        told = performance.now()
        const shown = this.#known.countedAt ? this.#known.parts : { ...parts }
        this.#tell({ parts: shown, counting: files })
      }
    const freeBytes = await freeOf(this.#options.dataFolder)
    if (this.#closed) return
    this.#countedMs = performance.now()
    this.#tell({ parts, freeBytes, countedAt: new Date().toISOString(), counting: null })
  }

  #tell(change: Partial<DiskUse>): void {
    this.#known = { ...this.#known, ...change }
    this.#options.announce(this.#known)
  }
}

async function freeOf(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}
