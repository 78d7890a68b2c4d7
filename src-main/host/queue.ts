/**
 * The queue of a host: runs that wait their turn, in the store. When no run has an engine, the first that waits is started; one that is
 * refused is marked so, and the next has its turn. A paused run still has its engine, so the queue waits for it.
 */
import type { HostEvent } from '../contract/api.ts'
import { reportOf, StudioError } from '../contract/errors.ts'
import { type QueueEntry, type QueueHold, type QueueState, queueLimit } from '../contract/queue.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { RecipeSource } from '../contract/recipe-edit.ts'
import type { RunSummary } from '../contract/records.ts'
import type { Db } from '../store/database.ts'
import {
  countWaiting,
  cutOffRun,
  enqueue,
  firstWaiting,
  forgetRemoved,
  markRefused,
  markStarted,
  moveEntry,
  putBackEntries,
  type QueueOrder,
  queueEntries,
  removeEntries,
  setEstimate,
  unestimated,
} from '../store/queue.ts'
import type { Store } from '../store/store.ts'

/** What the queue needs of its host. */
export interface QueueHost {
  store: Store
  publish(event: HostEvent): void
  /** The run that has a living engine. */
  active(): RunSummary | undefined
  /** The recipe with what it names by file and may change until its turn. @throws StudioError bad-recipe */
  freeze(recipe: Recipe): Recipe
  /** @param inSameWrite called in the transaction that makes the run, with its number @throws StudioError why it is refused */
  launch(
    recipe: Recipe,
    backend: string | null,
    anyway: boolean,
    inSameWrite: (db: Db, run: number) => void,
    source: RecipeSource | null,
  ): Promise<RunSummary>
  resume(run: string): Promise<RunSummary>
  /** Ends the engine of the paused run at its checkpoint. */
  setAside(note: string): Promise<void>
  /** Seconds of the whole run; null where nothing is known. */
  seconds(recipe: Recipe, backend: string | null): Promise<number | null>
}

export class RunQueue {
  readonly #host: QueueHost
  #hold: QueueHold | null = null
  #error: QueueState['error'] = null
  #advancing: Promise<void> | null = null
  #again = false
  #estimating = false
  #closed = false
  /** Works under way between the end of a run and the begin of the one that takes its place. */
  #replacing = 0

  /** Runs that wait from before wait on until something runs again: who opens the app may only want to look. */
  constructor(host: QueueHost) {
    this.#host = host
    host.store.write(forgetRemoved)
    if (host.store.read(countWaiting) > 0) this.#hold = 'opened'
  }

  state(): QueueState {
    const { store } = this.#host
    return {
      entries: store.read(queueEntries),
      hold: this.#hold,
      error: this.#error,
      cutOff: this.#host.active() ? null : store.read(cutOffRun),
    }
  }

  /**
   * Puts runs behind those that wait, all or none of them; the first starts if none is active.
   * @param alike more to write in the same transaction, before them
   * @throws StudioError bad-request beyond the limit; bad-recipe; disk-full, data-folder
   */
  add(orders: readonly QueueOrder[], alike?: (db: Db) => Partial<QueueOrder>): QueueEntry[] {
    const now = new Date().toISOString()
    const frozen = orders.map((order) => ({ ...order, recipe: this.#host.freeze(order.recipe) }))
    const ids = this.#host.store.write((db) => {
      const waiting = countWaiting(db)
      if (waiting + orders.length > queueLimit) {
        throw new StudioError(
          'bad-request',
          `The queue holds at most ${queueLimit} runs: ${waiting} wait, and ${orders.length} more were asked for.`,
          'Queue fewer, or remove some: grpo-studio queue remove.',
        )
      }
      const shared = alike?.(db) ?? {}
      return new Set(frozen.map((order) => enqueue(db, { ...order, ...shared }, now)))
    })
    const added = this.state().entries.filter(({ id }) => ids.has(id))
    this.#announce()
    void this.advance()
    void this.#estimate()
    return added
  }

  /** @param place among those that wait, from 1 @throws StudioError not-found */
  move(id: number, place: number): QueueState {
    this.#host.store.write((db) => moveEntry(db, id, place))
    return this.#announce()
  }

  /** @throws StudioError not-found, and then none is removed */
  remove(ids: readonly number[]): QueueState {
    this.#host.store.write((db) => removeEntries(db, ids))
    return this.#announce()
  }

  /** Undoes `remove`, until the app is closed. @throws StudioError not-found */
  putBack(ids: readonly number[]): QueueState {
    this.#host.store.write((db) => putBackEntries(db, ids))
    void this.advance()
    return this.#announce()
  }

  /** Starts nothing more until `start`; the run that is active goes on. */
  hold(): QueueState {
    this.#hold = 'person'
    return this.#announce()
  }

  /**
   * Goes on, whatever held it: with its run that was cut off first, and past a paused run, which is set aside at its checkpoint.
   * @throws StudioError what resuming throws
   */
  async start(): Promise<QueueState> {
    const { active, store, setAside, resume } = this.#host
    this.wake()
    const inTheWay = active()
    const cutOff = inTheWay ? null : store.read(cutOffRun)
    if (cutOff !== null) await resume(String(cutOff))
    if (inTheWay?.status === 'paused' && store.read(countWaiting) > 0) await setAside('The queue goes on without it.')
    await this.advance()
    return this.#announce()
  }

  /** A person has set something going: what waits comes after it. */
  wake(): void {
    if (this.#hold === null) return
    this.#hold = null
    this.#error = null
    this.#announce()
  }

  /** The same for a run that was launched or resumed by itself: only what waits since the opening is woken, not what a person holds. */
  followOn(): void {
    if (this.#hold === 'opened') this.wake()
  }

  /** The next has its turn, if nothing is in its way. Called when a run has ended; never throws. */
  async advance(): Promise<void> {
    this.#again = true
    this.#advancing ??= this.#startNext()
    await this.#advancing
  }

  /** What takes the place of the run that is active: nothing that waits has its turn in between. @throws what the work throws */
  async replacing<T>(work: () => Promise<T>): Promise<T> {
    this.#replacing++
    try {
      await this.#advancing
      return await work()
    } finally {
      this.#replacing--
      void this.advance()
    }
  }

  /** Resolves when what waits has had its turn for now: a run is active, or nothing will start by itself. */
  async settled(): Promise<void> {
    await this.#advancing
  }

  close(): void {
    this.#closed = true
  }

  async #startNext(): Promise<void> {
    await null
    try {
      // asked again meanwhile: what was in the way may be gone
      while (this.#again) {
        this.#again = false
        while (this.#mayStart() && (await this.#startFirst()));
      }
    } catch (error) {
      this.#holdForDisk(error)
    }
    this.#advancing = null
    if (this.#closed) return
    // their pace may be known now
    this.#announce()
    void this.#estimate()
  }

  #mayStart(): boolean {
    return !this.#closed && this.#hold === null && this.#replacing === 0 && !this.#host.active()
  }

  /** @returns whether the next may be tried */
  async #startFirst(): Promise<boolean> {
    const { store, launch } = this.#host
    const first = store.read(firstWaiting)
    if (!first) return false
    try {
      const started = (db: Db, run: number) => markStarted(db, first.id, run)
      await launch(first.recipe, first.backend, first.anyway, started, first.source ?? null)
      return false
    } catch (error) {
      const { code } = reportOf(error)
      // somebody else's run came first: its end is the next occasion
      if (code === 'busy') return false
      if (code === 'disk-full' || code === 'data-folder') throw error
      if (code !== 'cancelled') store.write((db) => markRefused(db, first.id, reportOf(error)))
      this.#announce()
      return !this.#closed
    }
  }

  #holdForDisk(error: unknown): void {
    if (this.#closed) return
    this.#hold = 'disk'
    this.#error = reportOf(error)
  }

  async #estimate(): Promise<void> {
    if (this.#estimating) return
    this.#estimating = true
    const { store, seconds } = this.#host
    try {
      for (const { id, recipe, backend } of store.read(unestimated)) {
        if (this.#closed) return
        const known = await seconds(recipe, backend)
        if (this.#closed || known === null) return
        store.write((db) => setEstimate(db, id, known))
        this.#announce()
      }
    } catch {
      // The disk takes nothing, or the recipe cannot be estimated: its start will say so.
    } finally {
      this.#estimating = false
    }
  }

  #announce(): QueueState {
    const queue = this.state()
    if (!this.#closed) this.#host.publish({ type: 'queue', queue })
    return queue
  }
}
