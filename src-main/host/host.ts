/** The host of a data folder: its only writer, supervisor of the engine, and the answers to whoever watches. */
import { resolve } from 'node:path'
import { cacheFolder } from '../../scripts/setup/places.mjs'
import type { HostEvent } from '../contract/api.ts'
import type { ToEngine } from '../contract/engine-messages.ts'
import { type ErrorReport, StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/estimate.ts'
import type { EvaluationSummary } from '../contract/evaluation.ts'
import type { JobName, Jobs } from '../contract/jobs.ts'
import type { KnobChanges } from '../contract/knobs.ts'
import type { MarksChange } from '../contract/marks.ts'
import { initialSettings, type Recipe } from '../contract/recipe.ts'
import type { RecipeEdit, RecipeSource } from '../contract/recipe-edit.ts'
import type {
  AlertRecord,
  ListedCheckpoint,
  RunDetail,
  RunSummary,
  SteeringCommand,
  SteeringEvent,
} from '../contract/records.ts'
import type { Retention } from '../contract/retention.ts'
import type { SamplesLabelled } from '../contract/sample-label.ts'
import { withHashes } from '../library/data-files.ts'
import { modelPath, modelsFolder } from '../library/places.ts'
import { withRewardModelHashes } from '../library/reward-model-hashes.ts'
import { countUnseen, markSeen } from '../store/alerts.ts'
import { withSource } from '../store/attached.ts'
import { inBin } from '../store/bin.ts'
import type { Db } from '../store/database.ts'
import { earlierRun } from '../store/earlier-runs.ts'
import { holderOf } from '../store/family.ts'
import { prepareDataFolder, runFolder } from '../store/folder.ts'
import { type DataLock, type LockHolder, lockDataFolder } from '../store/lock.ts'
import { changeMarks } from '../store/marks.ts'
import { recipeAt } from '../store/plan.ts'
import { queries, type Reader, requireRun } from '../store/queries.ts'
import { newestJob } from '../store/ray-jobs.ts'
import { lookInto, type ReaderThread, startReader } from '../store/reader.ts'
import { putDefaultRetention } from '../store/retention.ts'
import { markInterrupted, summaryOf } from '../store/runs.ts'
import { labelSample } from '../store/sample-labels.ts'
import { insertStages } from '../store/stages.ts'
import { Store } from '../store/store.ts'
import { Bin } from './bin.ts'
import { serve } from './desk.ts'
import { DiskUseCounter } from './disk-use.ts'
import { forkEngine, type StartEngine } from './engine-process.ts'
import { engineEntry, readerEntry } from './entries.ts'
import { Estimator } from './estimator.ts'
import { makeFork, planFork } from './fork.ts'
import { Hub } from './hub.ts'
import { Imports } from './imports/imports.ts'
import { AttachedRuns } from './ingest/attached-runs.ts'
import { requireOwn } from './ingest/own.ts'
import { type JobOptions, JobRunner } from './jobs.ts'
import { Library } from './library.ts'
import type { machineMemory } from './machine-memory.ts'
import { Models } from './models.ts'
import { needsOf } from './needs.ts'
import { type CreatedRun, clearHalfMade, createRun } from './new-run.ts'
import { endOrphan } from './orphans.ts'
import { withOwnReward } from './own-rewards.ts'
import { RunQueue } from './queue.ts'
import { RayJobs } from './ray/ray-jobs.ts'
import { editedRecipe, type RecipeChoice, requireChoice, settleEdit } from './recipe-edit.ts'
import { requireMemory } from './refusal.ts'
import { answerRequests, type RequestDesk } from './requests.ts'
import { rewind } from './resume.ts'
import { RewardModels } from './reward-models.ts'
import { planRollBack, rollBack } from './roll-back.ts'
import { Session } from './session.ts'
import { Thinning } from './thinning.ts'

export interface HostOptions {
  dataFolder: string
  /** How the process calls itself to others that want the same folder. */
  command: string
  startEngine?: StartEngine
  /** What memory there is; by default, what the system says. */
  machine?: typeof machineMemory
  /** After so long an attached run counts as interrupted; milliseconds. */
  silence?: number
  /** Between two looks at a job on a cluster; milliseconds. */
  poll?: number
}

/** How long closing waits for the step in hand, in milliseconds. */
const closePatience = 3500

export class Host {
  readonly dataFolder: string
  readonly notices: ErrorReport[]
  readonly models: Models
  readonly rewardModels: RewardModels
  readonly estimator: Estimator
  readonly queue: RunQueue
  readonly bin: Bin
  readonly disk: DiskUseCounter
  readonly library: Library
  readonly imports: Imports
  /** Runs of other trainers. */
  readonly attached: AttachedRuns
  /** Runs that are trained on clusters. */
  readonly ray: RayJobs
  readonly thinning: Thinning
  readonly #desk: RequestDesk
  readonly #lock: DataLock
  readonly #store: Store
  readonly #reader: ReaderThread
  readonly #hub = new Hub((event) => {
    if (event.type === 'step' || event.type === 'groups') this.thinning.stored(event.runId)
  })
  readonly #startEngine: StartEngine
  readonly #jobs: JobRunner
  /** Engines of an app that was killed, on their way out. */
  readonly #orphans: Promise<unknown>
  #session: Session | undefined
  /** Checkpoints that a fork is about to begin with. */
  readonly #pins = new Set<{ run: number; step: number }>()
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
    this.rewardModels = new RewardModels({
      dataFolder: this.dataFolder,
      job: (name, ask, options) => this.job(name, ask, options),
      announce: (training, points) => this.#hub.publish({ type: 'reward-model', training, points }),
      labels: (set) => this.ask.labelledLines(set),
      active: () => this.#session?.run.config,
    })
    prepareDataFolder(this.dataFolder)
    this.#lock = lockDataFolder(this.dataFolder, options.command)
    try {
      this.#store = new Store(this.dataFolder, this.#lock.uncleanBefore)
      this.notices = this.#store.notices
      clearHalfMade(this.#store, this.dataFolder)
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
      this.bin = new Bin({
        store: this.#store,
        dataFolder: this.dataFolder,
        publish: (event) => {
          this.#hub.publish(event)
          this.disk.stale()
        },
        inUse: () =>
          [this.#session?.run.number, ...[...this.#pins].map(({ run }) => run)].filter((n) => n !== undefined),
      })
      this.disk = new DiskUseCounter({
        dataFolder: this.dataFolder,
        modelsFolder: modelsFolder(),
        cachesFolder: cacheFolder(),
        binned: () => new Set(this.#store.read(inBin).map(({ id }) => id)),
        announce: (disk) => this.#hub.publish({ type: 'disk', disk }),
      })
      this.library = new Library({
        store: this.#store,
        dataFolder: this.dataFolder,
        models: this.models,
        rewardModels: this.rewardModels,
        disk: this.disk,
        needs: () => {
          const { cutOff } = this.queue.state()
          return this.#store.read((db) => needsOf(db, this.#session?.run, cutOff))
        },
        pins: () => [...this.#pins].map((pin) => ({ ...pin, why: 'A fork is about to begin with it.' })),
        publish: (event) => this.#hub.publish(event),
      })
      this.imports = new Imports({
        store: this.#store,
        dataFolder: this.dataFolder,
        publish: (event) => {
          this.#hub.publish(event)
          if (event.type === 'run') this.disk.stale()
        },
      })
      this.thinning = new Thinning(this.#store)
      this.attached = new AttachedRuns({
        store: this.#store,
        dataFolder: this.dataFolder,
        publish: (event) => this.#hub.publish(event),
        room: (run) => this.thinning.room(run),
        silence: options.silence,
      })
      this.ray = new RayJobs({
        store: this.#store,
        dataFolder: this.dataFolder,
        publish: (event) => this.#hub.publish(event),
        attached: this.attached,
        job: (...asked) => this.job(...asked),
        poll: options.poll,
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
      allAlerts: async (query) => {
        const list = await ask.allAlerts(query)
        const [held, run] = [this.#session?.heldAlert, this.active]
        if (!held || !run || (query.kind && query.kind !== held.kind) || (query.run && query.run !== run.number))
          return list
        const first = { ...held, seen: false, runId: run.id, number: run.number, name: run.name }
        return { ...list, alerts: [first, ...list.alerts], total: list.total + 1 }
      },
    }
  }

  /** The run that has a living engine. */
  get active(): RunSummary | undefined {
    return this.#session?.summary()
  }

  /**
   * @param inSameWrite called in the transaction that makes the run, with its number
   * @param source of a recipe that came from a file
   * @returns the new run, starting
   * @throws StudioError not-found for a model that was not fetched; bad-recipe for a data set that cannot be read; doubtful for a reward model that should not be used; too-large unless `anyway`; busy naming the run that is active; disk-full, data-folder
   */
  async launch(
    given: Recipe,
    backend: string | null = null,
    anyway = false,
    inSameWrite?: (db: Db, run: number) => void,
    source: RecipeSource | null = null,
  ): Promise<RunSummary> {
    const withHashed = await withRewardModelHashes(given, this.rewardModels.folder)
    const withCode = withOwnReward(withHashed, this.dataFolder)
    const recipe = given.data ? { ...withCode, data: withHashes(given.data) } : withCode
    await this.#requireIdle()
    const estimate = await this.#estimate(recipe, backend)
    if (!anyway) requireMemory(estimate)
    // after the estimate: nobody should fetch what would not fit
    modelPath(given.model)
    await this.#requireIdle()
    const plan = { config: recipe, backendWanted: backend, settings: initialSettings(recipe), source }
    const run = createRun(this.#store, this.dataFolder, plan, {
      rows(db, number) {
        insertStages(db, number, recipe)
        inSameWrite?.(db, number)
      },
    })
    return this.#begin(run, { backend, checkpoint: null, replay: [] }, [], estimate)
  }

  /** The same on a cluster. @throws StudioError as `RayJobs.launch`; it is never busy */
  async launchOn(cluster: string, given: Recipe, source: RecipeSource | null = null): Promise<RunSummary> {
    const recipe = given.data ? { ...given, data: withHashes(given.data) } : given
    return this.ray.launch(recipe, cluster, source)
  }

  /**
   * Starts a new run where another one stood at a checkpoint, with other settings.
   * @param step of one of the run's checkpoints
   * @param assignments `key=value`, as of a launch
   * @param instead of the run that is active: it is paused at a checkpoint, and left to be resumed
   * @throws StudioError not-found, bad-recipe, bad-setting, bad-request, too-large unless `anyway`, busy unless `instead`, disk-full, data-folder
   */
  async fork(
    name: string,
    step: number,
    assignments: string[] = [],
    how: { anyway?: boolean; instead?: boolean } = {},
  ): Promise<RunSummary> {
    return this.queue.replacing(() => this.#fork(name, step, assignments, how))
  }

  async #fork(
    name: string,
    step: number,
    assignments: string[],
    { anyway = false, instead = false }: { anyway?: boolean; instead?: boolean },
  ): Promise<RunSummary> {
    const row = this.#store.read((db) => requireRun(db, name))
    requireOwn(withSource(row), 'forked')
    const plan = planFork(this.#store, this.dataFolder, row, step, assignments)
    const backend = row.backend ?? row.backend_wanted
    const pin = { run: row.number, step }
    this.#pins.add(pin)
    let run: CreatedRun
    let estimate: Estimate | null
    try {
      plan.config = await withRewardModelHashes(plan.config, this.rewardModels.folder)
      if (!instead) await this.#requireIdle()
      estimate = await this.#estimate(plan.config, backend)
      if (!anyway) requireMemory(estimate)
      if (!instead) await this.#requireIdle()
      run = makeFork(this.#store, this.dataFolder, plan, backend)
    } finally {
      this.#pins.delete(pin)
    }
    await this.#session?.close(`The fork #${run.number} was started.`, closePatience)
    await this.#requireIdle()
    return this.#begin(run, { backend, checkpoint: plan.checkpoint.folder, replay: [] }, [], estimate)
  }

  /**
   * A run goes on from an earlier checkpoint, also one that is going. Its steps after that are kept as a run of their own, marked as abandoned.
   * @param to step of one of its checkpoints
   * @param changes of knobs, in force from the first step after it
   * @throws StudioError not-found, bad-request, bad-setting, busy when another run is active, checkpoint, disk-full, data-folder
   */
  async rollBack(name: string, to: number, changes: KnobChanges = {}, note?: string): Promise<RunSummary> {
    return this.queue.replacing(() => this.#rollBack(name, to, changes, note))
  }

  async #rollBack(name: string, to: number, changes: KnobChanges, note?: string): Promise<RunSummary> {
    const asked = this.#store.read((db) => requireRun(db, name))
    requireOwn(withSource(asked), 'rolled back')
    const plan = planRollBack(this.#store, this.dataFolder, asked, to, changes, note)
    await withRewardModelHashes(JSON.parse(asked.config) as Recipe, this.rewardModels.folder)
    const live = this.#live(asked.id)
    if (live) await live.giveUp()
    await this.#requireIdle()
    const folder = runFolder(this.dataFolder, asked.id)
    await endOrphan(folder)
    // its last steps may have been stored meanwhile
    const row = this.#store.read((db) => requireRun(db, asked.id))
    const { again, abandoned } = rollBack(this.#store, this.dataFolder, row, plan)
    this.#hub.publish({ type: 'run', run: this.#store.read((db) => summaryOf(db, requireRun(db, abandoned))) })
    this.#hub.publish({ type: 'rewound', runId: row.id, lastStep: to, abandoned: true })
    return this.#begin(
      { number: row.number, id: row.id, config: this.#store.read((db) => recipeAt(db, row, to)), folder },
      { backend: row.backend ?? row.backend_wanted, checkpoint: plan.checkpoint.folder, replay: [] },
      again,
    )
  }

  /**
   * Goes on with a run: one that is paused from where it is, one that was cut off, failed or stopped from its newest checkpoint.
   * @param choice what to do about a recipe file that was edited since
   * @throws StudioError not-found; bad-request for a run that is finished or running, or an edit that it cannot take over; recipe-edited without a
   *   choice; busy when another is active; bad-model for a reward model that has changed since; checkpoint
   */
  async resume(name: string, choice?: RecipeChoice): Promise<RunSummary> {
    const row = this.#store.read((db) => requireRun(db, name))
    if (this.#store.read((db) => newestJob(db, row.number))) return this.ray.resume(row)
    requireOwn(withSource(row), 'resumed')
    const live = this.#live(row.id)
    if (live) {
      live.steer({ kind: 'resume' })
      return live.summary()
    }
    if (row.status === 'abandoned') {
      throw new StudioError(
        'bad-request',
        `Run #${row.number} is what run #${row.parent} left behind when it was rolled back: it does not go on.`,
        `Fork it from one of its checkpoints: grpo-studio fork ${row.number} --step ${row.step}.`,
      )
    }
    if (row.ingest_key !== null && row.source === null) {
      throw new StudioError(
        'bad-request',
        `Run #${row.number} was imported: what it would go on from lies where it was trained.`,
        'Launch its recipe here, or resume it there.',
      )
    }
    if (row.status === 'finished') {
      throw new StudioError(
        'bad-request',
        `Run #${row.number} is finished: there is nothing left to do.`,
        `Launch its recipe again, or fork it with more steps: grpo-studio fork ${row.number} --step N --set stages.${row.stage}.steps=N.`,
      )
    }
    await this.#requireIdle()
    const edited = editedRecipe(this.#store, row, this.dataFolder)
    if (edited) requireChoice(row, edited, choice)
    const folder = runFolder(this.dataFolder, row.id)
    await withRewardModelHashes(JSON.parse(row.config) as Recipe, this.rewardModels.folder)
    await endOrphan(folder)
    const { checkpoint, step, replay, again } = rewind(this.#store, row, folder)
    if (step < row.step) this.#hub.publish({ type: 'rewound', runId: row.id, lastStep: step })
    const now = () => this.#store.read((db) => requireRun(db, row.id))
    const turned = edited && choice ? settleEdit(this.#store, this.dataFolder, now(), edited, choice) : []
    // the changes of the plan after that step come again
    const recipe = this.#store.read((db) => recipeAt(db, now(), step))
    return this.#begin(
      { number: row.number, id: row.id, config: recipe, folder },
      { backend: row.backend ?? row.backend_wanted, checkpoint, replay },
      [...again, ...turned],
    )
  }

  /** Of a run that has no engine: in what its recipe's file differs from what it goes by; null where it does not. @throws StudioError not-found */
  recipeEdit(name: string): RecipeEdit | null {
    const row = this.#store.read((db) => requireRun(db, name))
    if (row.source !== null) return null
    return editedRecipe(this.#store, row, this.dataFolder)?.edit ?? null
  }

  /** Work outside any run. @throws StudioError what the job throws; cancelled; engine-died */
  job<N extends JobName>(name: N, ask: Jobs[N]['ask'], options?: JobOptions<N>): Promise<Jobs[N]['answer']> {
    return this.#jobs.run(name, ask, options)
  }

  /** Stores what belongs to no run, in one transaction. @throws StudioError disk-full, data-folder; what the work throws */
  keep<T>(work: (db: Db) => T): T {
    return this.#store.write(work)
  }

  /** @throws StudioError not-found, bad-request, bad-setting, disk-full, data-folder */
  steer(name: string, command: SteeringCommand): SteeringEvent {
    const row = this.#store.read((db) => requireRun(db, name))
    const live = this.#live(row.id)
    if (live) return live.steer(command)
    if (row.source !== null) return this.attached.steer(row, command)
    const way = row.status === 'finished' ? 'Launch it again to steer it.' : 'Resume it first.'
    throw new StudioError('bad-request', `Run #${row.number} has no engine to steer: it is ${row.status}.`, way)
  }

  /** Notes about runs. @throws StudioError not-found; bad-request for too many tags; disk-full, data-folder */
  mark(names: readonly string[], change: MarksChange): RunSummary[] {
    const ids = this.#store.write((db) =>
      names.map((name) => {
        const row = requireRun(db, name)
        changeMarks(db, row, change)
        return row.id
      }),
    )
    return ids.map((id) => {
      const run = this.#live(id)?.summary() ?? this.#store.read((db) => summaryOf(db, requireRun(db, id)))
      this.#hub.publish({ type: 'run', run })
      return run
    })
  }

  /** @param ids null: all of them @returns how many are unseen then @throws StudioError disk-full, data-folder */
  markSeen(ids: readonly number[] | null, seen: boolean): number {
    const unseen = this.#store.write((db) => {
      markSeen(db, ids, seen)
      return countUnseen(db)
    })
    this.#hub.publish({ type: 'seen', unseen })
    return unseen
  }

  /** A person's label of some samples: all of them get it, or none. @throws StudioError not-found; disk-full, data-folder */
  label({ runId, samples, ...label }: SamplesLabelled): void {
    const at = new Date().toISOString()
    this.#store.write((db) => {
      const { number } = requireRun(db, runId)
      for (const one of samples) labelSample(db, holderOf(db, number, one.step), one, label, at)
    })
  }

  /** What runs that begin from now on keep of their texts. @throws StudioError disk-full, data-folder */
  keepByDefault(retention: Retention): Retention {
    this.#store.write((db) => putDefaultRetention(db, retention))
    return retention
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

  /** A run and what it left as they are stored, also after closing. */
  look(name: string): {
    run: RunDetail
    evaluations: EvaluationSummary[]
    alerts: AlertRecord[]
    checkpoints: ListedCheckpoint[]
  } {
    return lookInto(this.dataFolder, (db) => ({
      run: queries.run(db, this.dataFolder, name),
      evaluations: queries.evaluations(db, this.dataFolder, name),
      alerts: queries.alerts(db, this.dataFolder, name),
      checkpoints: queries.checkpoints(db, this.dataFolder, name),
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
    await this.ray.close()
    this.attached.close()
    this.queue.close()
    await this.thinning.close()
    await this.imports.close()
    this.bin.close()
    this.disk.close()
    this.#jobs.close()
    this.estimator.close()
    this.models.close()
    this.rewardModels.close()
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
    run: CreatedRun,
    from: Pick<Extract<ToEngine, { type: 'start' }>, 'backend' | 'checkpoint' | 'replay'>,
    again: SteeringEvent[],
    estimate: Estimate | null = null,
  ): RunSummary {
    this.queue.followOn()
    this.#jobs.rest()
    this.estimator.rest()
    const pinned = (number: number) =>
      new Set([...this.#pins].filter((pin) => pin.run === number).map((pin) => pin.step))
    const context = {
      store: this.#store,
      hub: this.#hub,
      dataFolder: this.dataFolder,
      startEngine: this.#startEngine,
      pinned,
    }
    const { config: recipe, folder } = run
    const rewardModels = this.rewardModels.folder
    const session = new Session(
      context,
      run,
      { type: 'start', recipe, folder, paused: false, rewardModels, ...from },
      again,
      estimate?.time ?? undefined,
    )
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
