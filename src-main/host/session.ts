/**
 * One run with its living engine. What the engine reports is stored, then acknowledged, then announced, strictly in order. A report
 * that the disk refuses stays at the head of the queue: the run counts as paused until it could be stored.
 */
import type { HostEvent } from '../contract/api.ts'
import type { RunMessage, ToEngine } from '../contract/engine-messages.ts'
import { type ErrorReport, reportOf, StudioError } from '../contract/errors.ts'
import type { TimeEstimate } from '../contract/estimate.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { AlertRecord, RunDetail, RunSummary, SteeringCommand, SteeringEvent } from '../contract/records.ts'
import { insertAlert } from '../store/alerts.ts'
import { isStorageFailure } from '../store/database.ts'
import { runFolder } from '../store/folder.ts'
import { queries } from '../store/queries.ts'
import { updateRun } from '../store/runs.ts'
import { confirmEvent, eventById, insertEvent } from '../store/steering.ts'
import { paceOfStages } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { describeDeath } from './engine-exit.ts'
import { EngineLog } from './engine-log.ts'
import type { EngineExit, EngineProcess, StartEngine } from './engine-process.ts'
import { Pace } from './eta.ts'
import type { Hub } from './hub.ts'
import { noteEngine } from './orphans.ts'
import { pruneCheckpoints } from './prune.ts'
import { ReportQueue } from './report-queue.ts'
import { keepReport, type RunKey, type StoredReport } from './reports.ts'
import { checkCommand } from './steering-rules.ts'

export interface SessionContext {
  store: Store
  hub: Hub
  dataFolder: string
  startEngine: StartEngine
  /** Steps of the run's checkpoints that must stay for now. */
  pinned: (run: number) => ReadonlySet<number>
}

/** After `finished` or `failed` an engine has so long to leave by itself; milliseconds. */
const farewell = 5000
/** A stop asked for again after so long ends the engine at once; milliseconds. */
const stopPatience = 5000

type Entry = StoredReport | ({ type: 'exit' } & EngineExit)

export class Session {
  readonly run: RunKey & { config: Recipe }
  readonly folder: string
  /** Resolves when the engine's process has ended and all that it said is stored. */
  readonly ended: Promise<void>
  readonly #context: SessionContext
  readonly #engine: EngineProcess
  readonly #log: EngineLog
  readonly #pace: Pace
  readonly #queue: ReportQueue<Entry>
  /** Of a disk that takes nothing more. */
  #heldAlert: AlertRecord | undefined
  #closing = false
  #over = false
  #ending = false
  #stopAskedAt = 0
  #end!: () => void

  constructor(
    context: SessionContext,
    run: RunKey & { config: Recipe },
    start: Extract<ToEngine, { type: 'start' }>,
    again: SteeringEvent[],
    expected?: TimeEstimate,
  ) {
    this.run = run
    this.#context = context
    this.#pace = new Pace(expected?.stages)
    for (const { stage, seconds } of context.store.read((db) => paceOfStages(db, run.number)))
      this.#pace.step(stage, seconds)
    this.folder = runFolder(context.dataFolder, run.id)
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#queue = new ReportQueue(
      (entry) => this.#handle(entry),
      (error) => this.#hold(error),
    )
    this.#log = new EngineLog(this.folder)
    this.#engine = context.startEngine()
    this.#engine.onSpawn((pid) => noteEngine(this.folder, pid))
    this.#engine.onMessage((message) => this.#receive(message as RunMessage))
    this.#engine.onOutput((text) => this.#log.write(text))
    this.#engine.onExit((exit) => this.#queue.push({ type: 'exit', ...exit }))
    this.#engine.send(start)
    for (const event of again) this.#engine.send({ type: 'command', event })
  }

  /** As stored, with what only a living engine has: time to go, and a pause that the disk forces. */
  detail(): RunDetail {
    const detail = this.#context.store.read((db) => queries.run(db, this.#context.dataFolder, this.run.id))
    return { ...detail, ...this.#live(detail) }
  }

  summary(): RunSummary {
    const {
      config: _,
      settings: __,
      pending: ___,
      stages: ____,
      folder: _____,
      attached: ______,
      ...summary
    } = this.detail()
    return summary
  }

  /** Its engine has said all it had to say, or is gone. */
  get over(): boolean {
    return this.#over || this.#ending
  }

  /** The alert of a full disk, which is not in the store yet. */
  get heldAlert(): AlertRecord | undefined {
    return this.#heldAlert
  }

  /**
   * Stores the command and passes it on. Its event comes back unconfirmed; the engine's answer is announced.
   * @throws StudioError bad-setting, bad-request: not now or not so; disk-full, data-folder: it cannot be stored
   */
  steer(command: SteeringCommand): SteeringEvent {
    if (this.#queue.held && command.kind === 'resume') return this.#storeHeld(command)
    const detail = this.detail()
    if (command.kind === 'stop' && this.#stopAskedAt && Date.now() - this.#stopAskedAt > stopPatience) {
      this.endNow()
      return detail.pending.find((event) => event.kind === 'stop')!
    }
    checkCommand(detail, command)
    const event = this.#record(command, detail.step)
    if (command.kind === 'stop') this.#stopAskedAt = Date.now()
    this.#engine.send({ type: 'command', event })
    this.#announce({ type: 'steering', runId: this.run.id, event, settings: detail.settings })
    return event
  }

  /**
   * Pauses, which makes a checkpoint, and ends the engine; the run is left as interrupted.
   * @param patience milliseconds for the step in hand to end
   */
  async close(note: string, patience: number): Promise<void> {
    if (this.#over) return
    this.#closing = true
    try {
      const { status, pending } = this.detail()
      if (status === 'running') {
        const ends = pending.some((event) => event.kind === 'pause' || event.kind === 'stop')
        if (!ends) this.steer({ kind: 'pause', note })
        await this.#noLongerRunning(patience)
      }
    } catch {
      // A disk that takes nothing more: what is stored is stored.
    }
    this.endNow()
    // With a full disk the end itself cannot be stored: the next opening will find the run cut off.
    if (!this.#queue.held) await this.ended
  }

  /** Ends the engine at once; the run is left as interrupted. */
  endNow(): void {
    this.#closing = true
    this.#engine.kill()
  }

  /**
   * Ends the engine at once, as what it did last is not wanted.
   * @throws StudioError disk-full, data-folder while what it said cannot be stored
   */
  async giveUp(): Promise<void> {
    if (this.#queue.held) throw this.#queue.held
    this.endNow()
    await this.ended
  }

  #live(stored: RunDetail): Partial<RunSummary> {
    if (this.#queue.held) {
      const { code, hint } = this.#queue.held
      return { status: 'paused', error: { code, message: this.#heldAlert?.message ?? '', hint } }
    }
    if (stored.status !== 'running') return {}
    return { etaSeconds: this.#pace.eta(stored) }
  }

  #record(command: SteeringCommand, step: number): SteeringEvent {
    const { number, id: runId } = this.run
    return this.#context.store.write((db) => {
      const id = insertEvent(db, number, command, new Date().toISOString(), step)
      return eventById(db, number, runId, id)!
    })
  }

  #receive(message: RunMessage): void {
    if (message.type === 'phase') this.#announce({ type: 'phase', runId: this.run.id, phase: message.phase })
    else this.#queue.push(message)
  }

  #handle(entry: Entry): void {
    try {
      if (entry.type === 'exit') this.#keepExit(entry)
      else this.#keep(entry)
    } catch (error) {
      if (error instanceof StudioError && isStorageFailure(error.cause)) throw error
      // A report that contradicts what is stored: the run cannot go on, the app can.
      console.error(error)
      this.#engine.kill()
      this.#fail(reportOf(error))
    }
  }

  #fail(error: ErrorReport): void {
    const endedAt = new Date().toISOString()
    this.#context.store.write((db) => updateRun(db, this.run.number, { status: 'failed', endedAt, error }))
    this.#announceRun()
  }

  #keep(report: StoredReport): void {
    const events = this.#context.store.write((db) => keepReport(db, this.run, report, new Date().toISOString()))
    if (report.type === 'step') {
      this.#engine.send({ type: 'stored', step: report.report.step })
      this.#pace.step(report.report.stage, report.seconds)
    }
    if (report.type === 'evaluation') {
      const { seconds, samples } = report.report
      this.#pace.evaluation(seconds, samples.length)
    }
    for (const event of events) this.#announce(event)
    if (report.type === 'checkpoint') {
      const { store, pinned } = this.#context
      pruneCheckpoints(store, this.run.number, this.folder, pinned(this.run.number))
    }
    this.#announceRun()
    if (report.type === 'finished' || report.type === 'failed') this.#partFrom()
  }

  /** All is said: the engine goes by itself, or is made to. */
  #partFrom(): void {
    this.#ending = true
    this.#engine.disconnect()
    const timer = setTimeout(() => this.#engine.kill(), farewell)
    this.#engine.onExit(() => clearTimeout(timer))
  }

  #keepExit(exit: EngineExit): void {
    if (this.#over) return
    const { store } = this.#context
    const { status, step } = this.detail()
    if (status === 'starting' || status === 'running' || status === 'paused') {
      const at = new Date().toISOString()
      if (this.#closing) {
        store.write((db) => updateRun(db, this.run.number, { status: 'interrupted', endedAt: at, error: null }))
      } else {
        const death = describeDeath(exit, step, this.#log.lastLines(), this.#log.path)
        const alert = store.write((db) => {
          updateRun(db, this.run.number, { ...death, endedAt: at })
          const { message, hint } = death.error
          return insertAlert(db, this.run.number, { step, at, kind: 'engine-died', message, hint, evidence: [] })
        })
        this.#announce({ type: 'alert', runId: this.run.id, alert })
      }
    }
    this.#over = true
    this.#end()
    this.#announceRun()
  }

  #hold(error: StudioError): void {
    const first = !this.#heldAlert
    const { step } = this.detail()
    this.#heldAlert = {
      // It has a real one once the disk takes it.
      id: -this.run.number,
      step,
      at: new Date().toISOString(),
      kind: error.code === 'disk-full' ? 'disk-full' : 'storage',
      message: `${error.message} The run is paused after step ${step}; what came after is kept in memory.`,
      hint: error.hint,
      evidence: [],
    }
    if (first) this.#announce({ type: 'alert', runId: this.run.id, alert: this.#heldAlert })
    this.#announceRun()
  }

  /** Stores what was held back, and goes on. */
  #storeHeld(command: SteeringCommand): SteeringEvent {
    const { store } = this.#context
    const { number, id: runId } = this.run
    const alert = this.#heldAlert
    this.#queue.retryOrThrow()
    this.#heldAlert = undefined
    if (alert) store.write((db) => insertAlert(db, number, alert))
    const detail = this.detail()
    if (this.over) {
      throw new StudioError(
        'engine-died',
        `All is stored now, but the engine of run #${number} has ended.`,
        'Resume the run to go on from its last checkpoint.',
      )
    }
    // The engine itself may have paused meanwhile.
    if (detail.status === 'paused') return this.steer(command)
    const event = store.write((db) => {
      const id = insertEvent(db, number, command, new Date().toISOString(), detail.step)
      confirmEvent(db, number, id, detail.step + 1, {}, null)
      return eventById(db, number, runId, id)!
    })
    this.#announce({ type: 'steering', runId, event, settings: detail.settings })
    this.#announceRun()
    return event
  }

  #noLongerRunning(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience)
      const look = () => {
        if (this.detail().status === 'running') return
        clearTimeout(timer)
        resolve()
      }
      this.#engine.onMessage(look)
      this.#engine.onExit(look)
    })
  }

  #announce(event: HostEvent): void {
    this.#context.hub.publish(event)
  }

  #announceRun(): void {
    this.#announce({ type: 'run', run: this.summary() })
  }
}
