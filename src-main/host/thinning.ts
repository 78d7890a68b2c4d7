/** Runs that keep less than all of their texts are thinned in the background: bit by bit, so that nothing waits for it, and after a kill it goes on. */
import { setTimeout as pause } from 'node:timers/promises'
import { StudioError } from '../contract/errors.ts'
import { keepsAll, type Retention, type RunTexts } from '../contract/retention.ts'
import { isStorageFailure } from '../store/database.ts'
import { requireRun } from '../store/queries.ts'
import { countSome, putRetention, retentionOf, textsOf, thinnedRun, thinnedRuns } from '../store/retention.ts'
import type { Store } from '../store/store.ts'
import { stepsToThin, type ThinStep, thinStep } from '../store/thinning.ts'

/** Milliseconds that one transaction may take, about, and those that are left to others after it. */
const spell = 12
const rest = 12
/** Steps that may come while a run is not thinned to the end, and how long a further one waits for that; milliseconds. */
const slack = 32
const longestWait = 500
/** Steps that are chosen at once. */
const batch = 16
/** A disk that refuses may take something later; milliseconds. */
const patience = 30_000

export class Thinning {
  readonly #store: Store
  readonly #waiting = new Set<number>()
  readonly #chosen = new Map<number, ThinStep[]>()
  /** Steps of each that came since it was thinned to the end. */
  readonly #owed = new Map<number, number>()
  /** Whose steps of earlier versions are counted. */
  readonly #counted = new Set<number>()
  readonly #ended = new AbortController()
  #working: Promise<void> | null = null

  /** Goes on with what was left. */
  constructor(store: Store) {
    this.#store = store
    for (const run of store.read(thinnedRuns)) this.look(run)
  }

  /** From now on the run keeps so much, also of what is stored. @throws StudioError not-found; disk-full, data-folder */
  set(name: string, retention: Retention): RunTexts {
    const { number } = this.#store.read((db) => requireRun(db, name))
    this.#store.write((db) => putRetention(db, number, retention))
    this.#chosen.delete(number)
    this.look(number)
    return this.#store.read((db) => textsOf(db, number))
  }

  /** A run has more texts. */
  stored(runId: string): void {
    const run = this.#store.read((db) => thinnedRun(db, runId))
    if (run === undefined) return
    this.#owed.set(run, (this.#owed.get(run) ?? 0) + 1)
    this.look(run)
  }

  /** A run that comes faster than it can be thinned is answered later. */
  async room(run: number): Promise<void> {
    const { signal } = this.#ended
    const until = performance.now() + longestWait
    while ((this.#owed.get(run) ?? 0) > slack && performance.now() < until && !signal.aborted)
      await pause(rest, undefined, { signal }).catch(() => {})
  }

  /** A run may have more texts than it is to keep. */
  look(run: number): void {
    this.#waiting.add(run)
    this.#working ??= this.#thinAll()
  }

  /** What is left to do waits for the next opening. */
  async close(): Promise<void> {
    this.#ended.abort()
    await this.#working
  }

  async #thinAll(): Promise<void> {
    const { signal } = this.#ended
    const wait = (time: number) => pause(time, undefined, { signal }).catch(() => {})
    for (const run of this.#waiting) {
      await wait(rest)
      if (signal.aborted) break
      if (!this.#spell(run)) await wait(patience)
      // to its end, so that it is its turn again after the others
      if (this.#waiting.delete(run)) this.#waiting.add(run)
    }
    this.#working = null
  }

  /** @returns whether the disk took it */
  #spell(run: number): boolean {
    try {
      if (this.#thinSome(run)) return true
      this.#owed.delete(run)
      this.#waiting.delete(run)
    } catch (error) {
      console.error(error)
      this.#chosen.delete(run)
      if (error instanceof StudioError && isStorageFailure(error.cause)) return false
      this.#waiting.delete(run)
    }
    return true
  }

  /** @returns whether there may be more */
  #thinSome(run: number): boolean {
    const until = performance.now() + spell
    const retention = this.#store.read((db) => retentionOf(db, run))
    if (keepsAll(retention)) return false
    if (!this.#counted.has(run)) {
      if (this.#store.write((db) => countSome(db, run, batch))) return true
      this.#counted.add(run)
    }
    const steps = this.#chosen.get(run) ?? []
    if (steps.length === 0) steps.push(...this.#store.read((db) => stepsToThin(db, run, retention, batch)))
    this.#chosen.set(run, steps)
    if (steps.length === 0) return false
    this.#store.write((db) => {
      while (steps.length > 0 && performance.now() < until && thinStep(db, run, steps[0], until)) steps.shift()
    })
    return true
  }
}
