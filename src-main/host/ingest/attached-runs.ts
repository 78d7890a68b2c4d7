/** The runs of other trainers: what comes of them is stored, then announced; what a person asks of them waits until they fetch it. */
import { EventEmitter, once } from 'node:events'
import type { HostEvent } from '../../contract/api.ts'
import { StudioError } from '../../contract/errors.ts'
import type { Delivered, Delivery, IngestCommand, Opened, Opening } from '../../contract/ingest.ts'
import type { SteeringCommand, SteeringEvent } from '../../contract/records.ts'
import { lastSeq, runByKey } from '../../store/attached.ts'
import type { PackedAhead } from '../../store/packing.ts'
import { queries, requireRun } from '../../store/queries.ts'
import { findRun, type RunRow, summaryOf, updateRun } from '../../store/runs.ts'
import { eventById, insertEvent, openEvents } from '../../store/steering.ts'
import type { Store } from '../../store/store.ts'
import { keepDelivery } from './keep.ts'
import { openAttached, openedOf } from './open-run.ts'
import { checkAttached } from './steering-rules.ts'

export interface AttachedOptions {
  store: Store
  dataFolder: string
  publish(event: HostEvent): void
  /** Resolves when the run may go on: not before its texts are thinned, as far as it is to keep less than all. */
  room?(run: number): Promise<void>
  /** After so long without a sign of life a run counts as interrupted; milliseconds. */
  silence?: number
}

const defaultSilence = 90_000

export class AttachedRuns {
  readonly dataFolder: string
  readonly #store: Store
  readonly #publish: (event: HostEvent) => void
  readonly #room: (run: number) => Promise<void>
  readonly #silence: number
  /** When each run that is live was last heard, by its number. */
  readonly #heard = new Map<number, number>()
  /** Emits a run's number when something was asked of it. */
  readonly #asked = new EventEmitter().setMaxListeners(0)
  readonly #timer: NodeJS.Timeout
  #closed = false

  constructor({ store, dataFolder, publish, room = async () => {}, silence = defaultSilence }: AttachedOptions) {
    this.#store = store
    this.dataFolder = dataFolder
    this.#publish = publish
    this.#room = room
    this.#silence = silence
    this.#timer = setInterval(() => this.#look(), Math.min(5000, silence / 4)).unref()
  }

  /** @throws StudioError cancelled while closing; not-found for a run that was deleted; disk-full, data-folder */
  open(key: string, opening: Opening): Opened {
    this.#requireOpen()
    const { row, rewoundTo } = openAttached(this.#store, this.dataFolder, key, opening)
    if (rewoundTo !== undefined) this.#publish({ type: 'rewound', runId: row.id, lastStep: rewoundTo })
    this.#hear(row)
    this.#announce(row)
    return openedOf(this.#store, row)
  }

  /** @throws StudioError not-found for a key that opened no run; Gap; cancelled while closing; disk-full, data-folder: it can be delivered again */
  deliver(key: string, delivery: Delivery, ahead?: PackedAhead): Delivered {
    const row = this.#require(key)
    const again = this.#hear(row)
    const now = new Date().toISOString()
    const events = this.#store.write((db) => keepDelivery(db, row, delivery, now, ahead))
    for (const event of events) this.#publish(event)
    // groups of a step that is open change nothing of the run
    if (again || delivery.reports.some(({ report }) => report.kind !== 'group')) this.#announce(row)
    return { seq: this.#store.read((db) => lastSeq(db, row.number, delivery.writer)), commands: this.#commands(row) }
  }

  /** Resolves when more steps of the run may come. */
  async room(key: string): Promise<void> {
    await this.#room(this.#require(key).number)
  }

  /** What it has not answered. @throws StudioError as `deliver` */
  commands(key: string): IngestCommand[] {
    const row = this.#require(key)
    if (this.#hear(row)) this.#announce(row)
    return this.#commands(row)
  }

  /** The same, as soon as there are any. @param wait milliseconds, after which there are none */
  async waitForCommands(key: string, wait: number, gone: AbortSignal): Promise<IngestCommand[]> {
    const now = this.commands(key)
    if (now.length > 0 || wait === 0) return now
    const signal = AbortSignal.any([gone, AbortSignal.timeout(wait)])
    await once(this.#asked, String(this.#require(key).number), { signal }).catch(() => {})
    return gone.aborted || this.#closed ? [] : this.commands(key)
  }

  /** Calls whenever something is asked of the run. @returns ends it */
  onCommands(key: string, hear: () => void): () => void {
    const name = String(this.#require(key).number)
    this.#asked.on(name, hear)
    return () => this.#asked.off(name, hear)
  }

  /**
   * Stores the command; its trainer fetches it, and answers with the step from which it is in force.
   * @throws StudioError bad-setting, bad-request: its trainer cannot, or not now; disk-full, data-folder
   */
  steer(row: RunRow, command: SteeringCommand): SteeringEvent {
    const { source, attached, ...run } = this.#store.read((db) => queries.run(db, this.dataFolder, row.id))
    if (!source || !attached) throw new Error(`Run #${row.number} is trained here.`)
    checkAttached({ ...run, source, attached }, command)
    const event = this.#store.write((db) => {
      const id = insertEvent(db, row.number, command, new Date().toISOString(), run.step)
      return eventById(db, row.number, row.id, id)!
    })
    this.#publish({ type: 'steering', runId: row.id, event, settings: run.settings })
    this.#asked.emit(String(row.number))
    return event
  }

  /** Those that are live are left as interrupted: what they report meanwhile waits with them. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    for (const number of this.#heard.keys()) {
      this.#interrupt(number, 'The app was closed; its trainer may go on meanwhile.')
      this.#asked.emit(String(number))
    }
  }

  #require(key: string): RunRow {
    this.#requireOpen()
    const row = this.#store.read((db) => runByKey(db, key))
    if (row && row.deleted_at === null) return row
    throw new StudioError(
      'not-found',
      row ? `Run #${row.number}, which "${key}" opened, was deleted.` : `No run was opened as "${key}".`,
      `Open it first: PUT /ingest/v1/runs/${key}.`,
    )
  }

  #requireOpen(): void {
    if (this.#closed)
      throw new StudioError('cancelled', 'The app is being closed.', 'Deliver it when it is open again.')
  }

  /** A sign of life. @returns whether that changed how it is */
  #hear({ number, id }: RunRow): boolean {
    this.#heard.set(number, Date.now())
    const { status, said } = this.#store.read((db) => findRun(db, id))!
    if (status !== 'interrupted') return false
    this.#store.write((db) => updateRun(db, number, { status: said ?? 'running', endedAt: null, error: null }))
    return true
  }

  #look(): void {
    for (const [number, at] of this.#heard) {
      if (Date.now() - at < this.#silence) continue
      this.#interrupt(number, `Nothing was heard of its trainer since ${new Date(at).toISOString()}.`)
      this.#heard.delete(number)
    }
  }

  #interrupt(number: number, message: string): void {
    const endedAt = new Date(this.#heard.get(number) ?? Date.now()).toISOString()
    const row = this.#store.read((db) => findRun(db, String(number)))
    if (row?.status !== 'running' && row?.status !== 'paused') return
    const hint = 'It goes on here as soon as its trainer is heard again.'
    try {
      this.#store.write((db) =>
        updateRun(db, number, { status: 'interrupted', endedAt, error: { code: 'engine-died', message, hint } }),
      )
      this.#announce(row)
    } catch (error) {
      // a disk that takes nothing: the next opening finds it cut off
      console.error(error)
    }
  }

  #commands({ number, id }: RunRow): IngestCommand[] {
    return this.#store.read((db) => openEvents(db, number, id)).map(commandOf)
  }

  #announce({ id }: RunRow): void {
    this.#publish({ type: 'run', run: this.#store.read((db) => summaryOf(db, requireRun(db, id))) })
  }
}

function commandOf({ id, kind, changes = {}, note = '', requestedAt }: SteeringEvent): IngestCommand {
  return {
    id,
    kind: kind as IngestCommand['kind'],
    changes: changes as Record<string, number>,
    note,
    askedAt: requestedAt,
  }
}
