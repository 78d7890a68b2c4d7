/** Imports of runs that lie on the disk, one at a time: what is there, its way into the store, and what is left when it is cancelled: nothing. */
import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import type { HostEvent } from '../../contract/api.ts'
import { reportOf, StudioError } from '../../contract/errors.ts'
import {
  type ImportAsk,
  type ImportFound,
  type ImportState,
  importAskSchema,
  importClient,
} from '../../contract/imports.ts'
import type { StageRecord } from '../../contract/records.ts'
import { type ExportSource, openExport, readExport } from '../../import/export-folder.ts'
import { fingerprint } from '../../import/fingerprint.ts'
import { formatOf, openSource, wholePath } from '../../import/recognise.ts'
import type { Source } from '../../import/source.ts'
import { forget, freeKey, hide, importedAs, reveal } from '../../store/being-imported.ts'
import { emptySome } from '../../store/bin.ts'
import { runFolder } from '../../store/folder.ts'
import { findRun, summaryOf } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import { newAttached } from '../ingest/open-run.ts'
import type { RunKey } from '../reports.ts'
import { ExportRows } from './export-rows.ts'
import { keepReports } from './keep-reports.ts'
import { openExported } from './open-export.ts'

interface ImportsContext {
  store: Store
  dataFolder: string
  publish(event: HostEvent): void
}

type Prepared = { key: string; found: ImportFound } & (
  | { source: Source; exported?: undefined }
  | { source?: undefined; exported: ExportSource }
)

/** Milliseconds between two announcements. */
const interval = 150

export class Imports {
  readonly #context: ImportsContext
  #state: ImportState | null = null
  #going: Promise<void> = Promise.resolve()
  #stop = new AbortController()
  #announced = 0
  #closing = false

  constructor(context: ImportsContext) {
    this.#context = context
  }

  /** The one that is on its way, or the last one. */
  get state(): ImportState | null {
    return this.#state
  }

  /** What a path holds. @throws StudioError bad-request */
  async look(ask: ImportAsk): Promise<ImportFound> {
    return (await this.#prepare(ask)).found
  }

  /** Begins it; `import` events tell how it goes on. @throws StudioError bad-request, also for what was imported before; busy */
  async start(ask: ImportAsk): Promise<ImportState> {
    const prepared = await this.#prepare(ask)
    const { known, path, title, format, bytes: totalBytes } = prepared.found
    if (prepared.source?.problem) throw prepared.source.problem
    if (known)
      throw new StudioError(
        'bad-request',
        `${path} was imported before: it is run #${known.number}, ${known.name}.`,
        known.binned
          ? `It lies in the bin: grpo-studio restore ${known.number}.`
          : `Open that run, or delete it and empty the bin to import it anew: grpo-studio show ${known.number}.`,
      )
    if (this.#state?.phase === 'reading')
      throw new StudioError('busy', `${this.#state.path} is being imported.`, 'Wait until it is done, or cancel it.')
    this.#stop = new AbortController()
    this.#state = {
      path,
      title,
      format,
      phase: 'reading',
      bytes: 0,
      totalBytes,
      steps: 0,
      run: null,
      error: null,
    }
    const state = this.#state
    this.#going = this.#bringIn(prepared).catch((error: unknown) => {
      const { code, message, hint } = reportOf(error)
      this.#tell(code === 'cancelled' ? { phase: 'cancelled' } : { phase: 'failed', error: { message, hint } })
    })
    return state
  }

  cancel(): void {
    this.#stop.abort()
  }

  /** Resolves when none is on its way. */
  idle(): Promise<void> {
    return this.#going
  }

  /** What is there of one that is on its way is removed at the next opening: closing is quick. */
  async close(): Promise<void> {
    this.#closing = true
    this.cancel()
    await this.#going
  }

  async #prepare(ask: ImportAsk): Promise<Prepared> {
    const { path: given, as, map, exact, title } = importAskSchema.parse(ask)
    const path = wholePath(given)
    const format = as ?? formatOf(path)
    if (format === 'export') {
      const exported = await openExport(path)
      const name = title ?? String(exported.run.name)
      exported.run.name = name
      const found = {
        format,
        path,
        title: name,
        sentences: [`run #${exported.run.number} of another copy of grpo-studio, exported as ${exported.format}`],
        bytes: sumOf(exported.files),
        table: null,
        rewards: [],
        problem: null,
      }
      const key = fingerprint(path, exported.files, { format })
      return { key, found: { ...found, known: this.#known(key) }, exported }
    }
    const source = await openSource({ path, as: format, map, exact })
    if (title) source.opening.title = title
    source.opening.source.client = importClient
    const key = fingerprint(path, source.files, { format, map: source.table?.map ?? map })
    const found = {
      format,
      path,
      title: source.opening.title,
      sentences: source.sentences,
      bytes: sumOf(source.files),
      table: source.table ?? null,
      rewards: source.opening.rewards,
      problem: source.problem ? { message: source.problem.message, hint: source.problem.hint } : null,
      known: this.#known(key),
    }
    return { key, found, source }
  }

  #known(key: string): ImportFound['known'] {
    const row = this.#context.store.read((db) => importedAs(db, key))
    return row ? { id: row.id, number: row.number, name: row.name, binned: row.deleted_at !== null } : null
  }

  async #bringIn(prepared: Prepared): Promise<void> {
    const { store } = this.#context
    const now = new Date().toISOString()
    store.write((db) => freeKey(db, prepared.key))
    let run: RunKey | undefined
    try {
      if (prepared.source) {
        const { opening, reports } = prepared.source
        run = newAttached(store, this.#context.dataFolder, prepared.key, opening, (db, number) => hide(db, number, now))
        await keepReports(store, run, reports(this.#meter), (steps) => this.#tell({ steps }))
      } else {
        await this.#bringInExport(prepared, now, (made) => (run = made))
      }
      this.#requireGoing()
      const { number, id } = run!
      const summary = store.write((db) => {
        reveal(db, number)
        return summaryOf(db, findRun(db, id)!)
      })
      this.#context.publish({ type: 'run', run: summary })
      this.#tell({ phase: 'done', bytes: prepared.found.bytes, steps: summary.step, run: { id, number } })
    } catch (error) {
      if (run && !this.#closing) await this.#drop(run)
      throw error
    }
  }

  async #bringInExport(
    { exported, key }: Extract<Prepared, { exported: ExportSource }>,
    now: string,
    made: (run: RunKey) => void,
  ): Promise<void> {
    const { store, dataFolder } = this.#context
    const { files, format } = exported
    const stages: StageRecord[] = []
    for await (const { records } of readExport(
      files.filter(({ file }) => file === 'stages'),
      format,
      this.#meter,
    ))
      stages.push(...records.map(({ own }) => own as unknown as StageRecord))
    const { run, recipe } = openExported(store, dataFolder, exported, stages, key, (db, number) =>
      hide(db, number, now),
    )
    made(run)
    const rows = new ExportRows(run.number, recipe, now)
    const rest = files.filter(({ file }) => file !== 'run' && file !== 'stages')
    for await (const piece of readExport(rest, format, this.#meter)) {
      store.write((db) => rows.put(db, piece))
      this.#tell({ steps: rows.step })
      await breath()
    }
    store.write((db) => rows.end(db))
  }

  /** Nothing of it stays. */
  async #drop({ number, id }: RunKey): Promise<void> {
    const { store, dataFolder } = this.#context
    rmSync(runFolder(dataFolder, id), { recursive: true, force: true })
    while (store.write((db) => emptySome(db, number))) await breath()
    store.write((db) => forget(db, number))
  }

  readonly #meter = (bytes: number): void => {
    this.#requireGoing()
    this.#tell({ bytes: Math.min(this.#state!.totalBytes, this.#state!.bytes + bytes) })
  }

  #requireGoing(): void {
    if (this.#stop.signal.aborted)
      throw new StudioError(
        'cancelled',
        `The import of ${basename(this.#state!.path)} was cancelled.`,
        'Nothing of it was kept.',
      )
  }

  #tell(change: Partial<ImportState>): void {
    this.#state = { ...this.#state!, ...change }
    if (this.#state.phase === 'reading' && Date.now() - this.#announced < interval) return
    this.#announced = Date.now()
    this.#context.publish({ type: 'import', state: this.#state })
  }
}

const sumOf = (files: readonly { bytes: number }[]) => files.reduce((sum, { bytes }) => sum + bytes, 0)
