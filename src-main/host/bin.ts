/** Deleting runs, taking them back, and emptying the bin: the database's part and the folders'. */
import { rmSync } from 'node:fs'
import { setImmediate as breath } from 'node:timers/promises'
import type { HostEvent } from '../contract/api.ts'
import { StudioError } from '../contract/errors.ts'
import type { BinnedRun } from '../contract/marks.ts'
import type { RunSummary } from '../contract/records.ts'
import {
  type Binned,
  emptySome,
  halfEmptied,
  inBin,
  markEmptied,
  putIntoBin,
  takeOutOfBin,
  withAbandoned,
} from '../store/bin.ts'
import { runFolder } from '../store/folder.ts'
import { requireRun } from '../store/queries.ts'
import { findRun, type RunRow, summaryOf } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { filesBelow } from './walk.ts'

interface BinContext {
  store: Store
  dataFolder: string
  publish(event: HostEvent): void
  /** Runs that are being used: the one that trains, those that a fork is about to begin from. */
  inUse(): readonly number[]
}

export class Bin {
  readonly #context: BinContext
  #emptying: Promise<void> = Promise.resolve()
  #closed = false

  /** Goes on with what was cut off. */
  constructor(context: BinContext) {
    this.#context = context
    const left = context.store.read(halfEmptied)
    if (left.length > 0) void this.#clear(left)
  }

  /**
   * Puts runs into the bin, with what they abandoned.
   * @returns ids of all that lie there now because of it
   * @throws StudioError not-found; busy for one that is used; bad-request for one that a fork has its beginning in; disk-full, data-folder
   */
  remove(names: readonly string[]): string[] {
    const { store, inUse, publish } = this.#context
    const ids = store.write((db) => {
      const runs = withAbandoned(
        db,
        names.map((name) => requireRun(db, name)),
      )
      const used = runs.find(({ number }) => inUse().includes(number))
      if (used)
        throw new StudioError('busy', `Run #${used.number} is active.`, 'Stop it first, or wait until it has finished.')
      putIntoBin(db, runs, new Date().toISOString())
      return runs.map(({ id }) => id)
    })
    publish({ type: 'deleted', runIds: ids })
    return ids
  }

  /** Takes runs out again, with those in which they have their beginnings. @throws StudioError not-found; bad-request for one that is gone for good */
  restore(names: readonly string[]): RunSummary[] {
    const { store, publish } = this.#context
    const runs = store.write((db) => {
      const ids = names.flatMap((name) => takeOutOfBin(db, requireBinned(findRun(db, name), name)))
      return [...new Set(ids)].map((id) => summaryOf(db, findRun(db, id)!))
    })
    for (const run of runs) publish({ type: 'run', run })
    return runs
  }

  /** The newest deletion first. */
  list(): Promise<BinnedRun[]> {
    return withSizes(this.#context.store.read(inBin), this.#context.dataFolder)
  }

  /**
   * Removes for good what lies in the bin: rows bit by bit, so that a run that trains is not held up, and the folders.
   * @returns how many runs that were
   * @throws StudioError disk-full, data-folder
   */
  async empty(): Promise<number> {
    const doomed = this.#context.store.write((db) => {
      const runs = inBin(db)
      markEmptied(db, runs)
      return runs
    })
    await this.#clear(doomed)
    return doomed.length
  }

  close(): void {
    this.#closed = true
  }

  #clear(runs: readonly { number: number; id: string }[]): Promise<void> {
    this.#emptying = this.#emptying.then(async () => {
      for (const { number, id } of runs) {
        rmSync(runFolder(this.#context.dataFolder, id), { recursive: true, force: true })
        while (!this.#closed && this.#context.store.write((db) => emptySome(db, number))) await breath()
      }
    })
    return this.#emptying
  }
}

/** With the sizes of their folders, which are looked at between other work. */
export const withSizes = (runs: readonly Binned[], dataFolder: string): Promise<BinnedRun[]> =>
  Promise.all(
    runs.map(async ({ id, number, name, deleted_at: deletedAt }) => {
      let bytes = 0
      for await (const file of filesBelow(runFolder(dataFolder, id))) bytes += file.bytes
      return { id, number, name, deletedAt, bytes }
    }),
  )

function requireBinned(row: RunRow | undefined, name: string): RunRow {
  if (row?.deleted_at != null) return row
  throw row
    ? new StudioError(
        'bad-request',
        `Run #${row.number} does not lie in the bin.`,
        'grpo-studio runs --bin lists what does.',
      )
    : new StudioError('not-found', `There is no run "${name}".`, 'grpo-studio runs --bin lists what lies in the bin.')
}
