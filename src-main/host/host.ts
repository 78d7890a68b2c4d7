/** The host of a data folder: its only writer, supervisor of the engine, and the answers to whoever watches. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { HostEvent } from '../contract/api.ts'
import { type ErrorReport, StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/estimate.ts'
import type { EvaluationEntry, EvaluationSummary } from '../contract/evaluation.ts'
import type { JobName, Jobs } from '../contract/jobs.ts'
import { initialSettings, type Recipe } from '../contract/recipe.ts'
import type { AlertRecord, RunDetail, RunSummary, SteeringCommand, SteeringEvent } from '../contract/records.ts'
import { withHashes } from '../library/data-files.ts'
import { modelPath } from '../library/places.ts'
import { rewardModelsFolder, rewardModelsOf } from '../library/reward-models.ts'
import { type Db, storageError } from '../store/database.ts'
import { earlierRun } from '../store/earlier-runs.ts'
import { lastFolderNumber, prepareDataFolder, runFolder } from '../store/folder.ts'
import { type DataLock, type LockHolder, lockDataFolder } from '../store/lock.ts'
import { insertModelEvaluation, type ModelEvaluation } from '../store/model-evaluations.ts'
import { queries, type Reader, requireRun } from '../store/queries.ts'
import { lookInto, type ReaderThread, startReader } from '../store/reader.ts'
import { insertRun, lastRunNumber, markInterrupted, type NewRun, summaryOf } from '../store/runs.ts'
import { insertStages } from '../store/stages.ts'
import { Store } from '../store/store.ts'
import { serve } from './desk.ts'
import { forkEngine, type StartEngine } from './engine-process.ts'
import { engineEntry, readerEntry } from './entries.ts'
import { Estimator } from './estimator.ts'
import { Hub } from './hub.ts'
import { type JobOptions, JobRunner } from './jobs.ts'
import type { machineMemory } from './machine-memory.ts'
import { Models } from './models.ts'
import { endOrphan } from './orphans.ts'
import { withOwnReward } from './own-rewards.ts'
import { RunQueue } from './queue.ts'
import { requireMemory } from './refusal.ts'
import { answerRequests, type RequestDesk } from './requests.ts'
import { rewind } from './resume.ts'
import { Session } from './session.ts'

export interface HostOptions {
  dataFolder: string
  /** How the process calls itself to others that want the same folder. */
  command: string
  startEngine?: StartEngine
  /** What memory there is; by default, what the system says. */
  machine?: typeof machineMemory
}

/** How long closing waits for the step in hand, in milliseconds. */
const closePatience = 3500

export class Host {
  readonly dataFolder: string
  readonly notices: ErrorReport[]
  readonly models: Models
  readonly estimator: Estimator
  readonly queue: RunQueue
  readonly #desk: RequestDesk
  readonly #lock: DataLock
  readonly #store: Store
  readonly #reader: ReaderThread
  readonly #hub = new Hub()
  readonly #startEngine: StartEngine
  readonly #jobs: JobRunner
  /** Engines of an app that was killed, on their way out. */
  readonly #orphans: Promise<unknown>
  #session: Session | undefined
  #closed = false

  /**
   * Opens the folder: makes it, locks it, brings the database up to date, and finds runs that were cut off.
   * @throws StudioError data-folder: in use, read-only, of a newer version; disk-full
   */
  constructor(options: HostOptions) {
    this.dataFolder = resolve(options.dataFolder)
    this.#startEngine = options.startEngine ?? (() => forkEngine(engineEntry))
    this.#jobs = new JobRunner(this.#startEngine)
    this.estimator = new Estimator({
      dataFolder: this.dataFolder,
      startEngine: this.#startEngine,
      machine: options.machine,
      busy: () => this.#session !== undefined,
      earlier: (recipe) => this.#store.read((db) => earlierRun(db, recipe)),
    })
    this.models = new Models({ announce: (fetch) => this.#hub.publish({ type: 'fetch', fetch }) })
    prepareDataFolder(this.dataFolder)
    this.#lock = lockDataFolder(this.dataFolder, options.command)
    try {
      this.#store = new Store(this.dataFolder, this.#lock.uncleanBefore)
      this.notices = this.#store.notices
      const now = new Date().toISOString()
      const cutOff = this.#store.write((db) => markInterrupted(db, now))
      const rows = this.#store.read((db) => cutOff.map((number) => requireRun(db, String(number))))
      this.#orphans = Promise.all(rows.map((row) => endOrphan(runFolder(this.dataFolder, row.id))))
      this.#reader = startReader(this.dataFolder, readerEntry)
      this.queue = new RunQueue({
        store: this.#store,
        publish: (event) => this.#hub.publish(event),
        active: () => this.active,
        freeze: (recipe) => withOwnReward(recipe, this.dataFolder),
        launch: (...order) => this.launch(...order),
        resume: (run) => this.resume(run),
        setAside: async (note) => this.#session?.close(note, closePatience),
        seconds: async (recipe, backend) =>
          (await this.estimator.now(recipe, backend)).time?.runSeconds.typical ?? null,
      })
      this.#desk = answerRequests(this.dataFolder, (name, input) => serve(this, name, input))
    } catch (error) {
      this.#lock.release()
      throw error
    }
  }

  /** Reads, on their own thread; of the run that is active they tell what only its living engine knows too. */
  get ask(): Reader {
    const { ask } = this.#reader
    return {
      ...ask,
      runs: async () => (await ask.runs()).map((run) => this.#live(run.id)?.summary() ?? run),
      run: async (name: string): Promise<RunDetail> => {
        const run = await ask.run(name)
        return this.#live(run.id)?.detail() ?? run
      },
      alerts: async (name: string): Promise<AlertRecord[]> => {
        const [alerts, run] = await Promise.all([ask.alerts(name), ask.run(name)])
        const held = this.#live(run.id)?.heldAlert
        return held ? [...alerts, held] : alerts
      },
    }
  }

  /** The run that has a living engine. */
  get active(): RunSummary | undefined {
    return this.#session?.summary()
  }

  /**
   * @param inSameWrite called in the transaction that makes the run, with its number
   * @returns the new run, starting
   * @throws StudioError not-found for a model that was not fetched; bad-recipe for a data set that cannot be read; too-large unless `anyway`; busy naming the run that is active; disk-full, data-folder
   */
  async launch(
    given: Recipe,
    backend: string | null = null,
    anyway = false,
    inSameWrite?: (db: Db, run: number) => void,
  ): Promise<RunSummary> {
    modelPath(given.model)
    rewardModelsOf(given, rewardModelsFolder(this.dataFolder))
    const withCode = withOwnReward(given, this.dataFolder)
    const recipe = given.data ? { ...withCode, data: withHashes(given.data) } : withCode
    await this.#requireIdle()
    if (!anyway) requireMemory(await this.#estimate(recipe, backend))
    await this.#requireIdle()
    const number = 1 + Math.max(this.#store.read(lastRunNumber), lastFolderNumber(this.dataFolder))
    const id = `${String(number).padStart(4, '0')}-${recipe.name}`
    const createdAt = new Date().toISOString()
    const run: NewRun = {
      number,
      id,
      config: recipe,
      backendWanted: backend,
      createdAt,
      settings: initialSettings(recipe),
    }
    const folder = runFolder(this.dataFolder, id)
    try {
      mkdirSync(folder, { recursive: true })
      const { settings: _, ...note } = run
      writeFileSync(join(folder, 'run.json'), `${JSON.stringify(note, null, 2)}\n`)
      this.#store.write((db) => {
        insertRun(db, run)
        insertStages(db, number, recipe)
        inSameWrite?.(db, number)
      })
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw storageError(error, folder)
    }
    return this.#begin(
      { number, id, config: recipe },
      {
        type: 'start',
        recipe,
        folder,
        backend,
        checkpoint: null,
        replay: [],
        paused: false,
        rewardModels: rewardModelsFolder(this.dataFolder),
      },
      [],
    )
  }

  /**
   * Goes on with a run: one that is paused from where it is, one that was cut off, failed or stopped from its newest checkpoint.
   * @throws StudioError not-found; bad-request for a run that is finished or running; busy when another is active; checkpoint
   */
  async resume(name: string): Promise<RunSummary> {
    const row = this.#store.read((db) => requireRun(db, name))
    const live = this.#live(row.id)
    if (live) {
      live.steer({ kind: 'resume' })
      return live.summary()
    }
    if (row.status === 'finished') {
      throw new StudioError(
        'bad-request',
        `Run #${row.number} is finished: there is nothing left to do.`,
        'Launch its recipe again, or one with more steps (--steps N).',
      )
    }
    await this.#requireIdle()
    const folder = runFolder(this.dataFolder, row.id)
    await endOrphan(folder)
    const { checkpoint, step, replay, again } = rewind(this.#store, row, folder)
    if (step < row.step) this.#hub.publish({ type: 'rewound', runId: row.id, lastStep: step })
    const recipe = JSON.parse(row.config) as Recipe
    return this.#begin(
      { number: row.number, id: row.id, config: recipe },
      {
        type: 'start',
        recipe,
        folder,
        backend: row.backend ?? row.backend_wanted,
        checkpoint,
        replay,
        paused: false,
        rewardModels: rewardModelsFolder(this.dataFolder),
      },
      again,
    )
  }

  /** Work outside any run. @throws StudioError what the job throws; cancelled; engine-died */
  job<N extends JobName>(name: N, ask: Jobs[N]['ask'], options?: JobOptions<N>): Promise<Jobs[N]['answer']> {
    return this.#jobs.run(name, ask, options)
  }

  /** Stores what belongs to no run, in one transaction. @throws StudioError disk-full, data-folder; what the work throws */
  keep<T>(work: (db: Db) => T): T {
    return this.#store.write(work)
  }

  /** Stores an evaluation that was made outside any run. @throws StudioError disk-full, data-folder */
  keepEvaluation(evaluation: ModelEvaluation): EvaluationEntry {
    return this.#store.write((db) => insertModelEvaluation(db, evaluation))
  }

  /** @throws StudioError not-found, bad-request, bad-setting, disk-full, data-folder */
  steer(name: string, command: SteeringCommand): SteeringEvent {
    const row = this.#store.read((db) => requireRun(db, name))
    const live = this.#live(row.id)
    if (live) return live.steer(command)
    const way = row.status === 'finished' ? 'Launch it again to steer it.' : 'Resume it first.'
    throw new StudioError('bad-request', `Run #${row.number} has no engine to steer: it is ${row.status}.`, way)
  }

  /** All events from now on; first the active run. */
  subscribe(signal?: AbortSignal): AsyncGenerator<HostEvent, void, void> {
    const first: HostEvent[] = this.#session ? [{ type: 'run', run: this.#session.summary() }] : []
    return this.#hub.subscribe(first, signal)
  }

  /** How many subscribe at present. */
  get watchers(): number {
    return this.#hub.subscribers
  }

  /** A run and its evaluations as they are stored, also after closing. */
  look(name: string): { run: RunDetail; evaluations: EvaluationSummary[] } {
    return lookInto(this.dataFolder, (db) => ({
      run: queries.run(db, this.dataFolder, name),
      evaluations: queries.evaluations(db, this.dataFolder, name),
    }))
  }

  /** Tells others who want this folder what they should know. */
  note(more: Partial<LockHolder>): void {
    this.#lock.note(more)
  }

  /** Resolves when no engine lives. */
  async idle(): Promise<void> {
    await this.#session?.ended
  }

  /** Ends the active engine without waiting for its step; `close` follows. */
  endNow(): void {
    this.#session?.endNow()
  }

  /** Pauses the active run at a checkpoint, if that takes less than four seconds, and lets go of the folder. */
  async close(note = 'The app was closed.'): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#desk.close()
    this.queue.close()
    this.#jobs.close()
    this.estimator.close()
    this.models.close()
    await this.#session?.close(note, closePatience)
    await this.#reader.close()
    this.#store.close()
    this.#lock.release()
  }

  #live(runId: string): Session | undefined {
    return this.#session?.run.id === runId && !this.#session.over ? this.#session : undefined
  }

  /** One run at a time trains; an engine that has said all it had to say is waited for. @throws StudioError busy; cancelled while closing */
  async #requireIdle(): Promise<void> {
    await this.#orphans
    if (this.#session?.over) await this.#session.ended
    if (this.#closed) throw new StudioError('cancelled', 'The app is being closed.', 'Open it again.')
    if (!this.#session) return
    const { number, config } = this.#session.run
    throw new StudioError(
      'busy',
      `Run #${number} (${config.title}) is active, and one run at a time trains.`,
      'Stop it, or wait until it has finished.',
    )
  }

  /**
   * null where none can be made: what is wrong is then the engine's to say, and the run's record keeps it.
   * @throws StudioError bad-recipe for a recipe that the model cannot hold
   */
  async #estimate(recipe: Recipe, backend: string | null): Promise<Estimate | null> {
    try {
      return await this.estimator.now(recipe, backend)
    } catch (error) {
      if (error instanceof StudioError && error.code === 'bad-recipe') throw error
      return null
    }
  }

  #begin(
    ...[run, start, again]: [Session['run'], ConstructorParameters<typeof Session>[2], SteeringEvent[]]
  ): RunSummary {
    this.queue.followOn()
    this.#jobs.rest()
    this.estimator.rest()
    const context = { store: this.#store, hub: this.#hub, dataFolder: this.dataFolder, startEngine: this.#startEngine }
    const session = new Session(context, run, start, again)
    this.#session = session
    void session.ended.then(() => {
      this.#session = undefined
      void this.queue.advance()
    })
    const summary = this.#store.read((db) => summaryOf(db, requireRun(db, run.id)))
    this.#hub.publish({ type: 'run', run: summary })
    return summary
  }
}
