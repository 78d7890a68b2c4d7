/** Runs that are trained on Ray clusters: submitted, followed while the app is open, stopped, and gone on with from their last checkpoint. */
import type { HostEvent } from '../../contract/api.ts'
import { reportOf, StudioError } from '../../contract/errors.ts'
import { openingSchema } from '../../contract/ingest.ts'
import { type Cluster, type ClusterState, isOver, type LogHit, type LogPage, type RayJob } from '../../contract/ray.ts'
import { initialSettings, type Recipe, totalSteps } from '../../contract/recipe.ts'
import type { RecipeSource } from '../../contract/recipe-edit.ts'
import type { RunSummary } from '../../contract/records.ts'
import type { Db } from '../../store/database.ts'
import { runFolder } from '../../store/folder.ts'
import { requireRun } from '../../store/queries.ts'
import {
  insertJob,
  type JobChange,
  type KeptJob,
  keptJobsOf,
  newestJob,
  openJobs,
  shownJob,
  updateJob,
} from '../../store/ray-jobs.ts'
import { findRun, type RunRow, summaryOf, updateRun } from '../../store/runs.ts'
import { insertStages } from '../../store/stages.ts'
import type { Store } from '../../store/store.ts'
import type { AttachedRuns } from '../ingest/attached-runs.ts'
import type { JobRunner } from '../jobs.ts'
import { createRun } from '../new-run.ts'
import { Clusters } from './clusters.ts'
import { Connections, type Line } from './connections.ts'
import { followJob, requireOpenJob } from './follower.ts'
import { orderOf } from './job-file.ts'
import { logFile, readLog, searchLog } from './job-log.ts'
import { hashOf, JobListener } from './listener.ts'
import { settleRun } from './settle.ts'
import { newKey, newToken, packageOf, requireHonoured, submitJob } from './submit.ts'

export interface RayOptions {
  store: Store
  dataFolder: string
  publish: (event: HostEvent) => void
  attached: AttachedRuns
  job: JobRunner['run']
  /** Milliseconds between two looks at a job. */
  poll?: number
}

interface Submission {
  cluster: Cluster
  recipe: Recipe
  line: Line
  token: string
  zip: Buffer
}

/** Whoever looks into a log does so again within that; milliseconds. */
const WATCHED = 10_000

export class RayJobs {
  readonly clusters: Clusters
  readonly #options: RayOptions
  readonly #listener: JobListener
  readonly #connections: Connections
  readonly #closing = new AbortController()
  readonly #work = new Set<Promise<void>>()
  /** When somebody last looked into the log of a run, by its number. */
  readonly #looked = new Map<number, number>()

  constructor(options: RayOptions) {
    this.#options = options
    this.#listener = new JobListener(options)
    this.#connections = new Connections(this.#listener)
    this.clusters = new Clusters(options.store)
    for (const job of this.#read(openJobs)) this.#goOn(job)
  }

  /** @throws StudioError network, bad-request */
  async try(cluster: Cluster): Promise<ClusterState> {
    const line = await this.#connections.line(cluster)
    try {
      return await (await line.client()).state()
    } finally {
      line.release()
    }
  }

  /**
   * @param source of a recipe that came from a file
   * @returns the new run, whose job is on its way
   * @throws StudioError not-found for a cluster or model; bad-recipe, too-large: what the cluster cannot be given; network; disk-full, data-folder
   */
  async launch(recipe: Recipe, name: string, source: RecipeSource | null = null): Promise<RunSummary> {
    const cluster = this.clusters.require(name)
    requireHonoured(recipe, cluster)
    const key = newKey()
    const ready = await this.#prepare(cluster, recipe, key, false)
    try {
      const { store, dataFolder } = this.#options
      const opening = openingSchema.parse({
        title: recipe.title,
        source: { engine: cluster.trainer, machine: cluster.name },
        model: recipe.model,
        seed: recipe.seed,
        totalSteps: totalSteps(recipe),
      })
      const plan = { config: recipe, backendWanted: null, settings: initialSettings(recipe), source }
      const { number } = createRun(
        store,
        dataFolder,
        { ...plan, attached: { key, opening } },
        {
          rows(db, number) {
            insertStages(db, number, recipe)
            insertJob(db, newJob(number, 1, ready), hashOf(ready.token))
          },
        },
      )
      return this.#begin(number, ready)
    } catch (error) {
      ready.line.release()
      throw error
    }
  }

  /** A new job of the same run, which goes on from its last checkpoint. @throws StudioError bad-request while its job goes on; as `launch` */
  async resume(row: RunRow): Promise<RunSummary> {
    const before = this.#read((db) => newestJob(db, row.number))!
    if (!isOver(before.status))
      throw new StudioError(
        'bad-request',
        `The job of run #${row.number} is ${before.status}${before.unreachable ? ', as far as is known: the cluster does not answer' : ''}.`,
        before.unreachable
          ? 'It is looked for all the time. If its head is gone for good, give the job up first.'
          : 'Stop it first.',
      )
    if (row.status === 'finished')
      throw new StudioError('bad-request', `Run #${row.number} is finished.`, 'Launch its recipe again.')
    const cluster = this.clusters.find(before.cluster.name) ?? before.cluster
    const recipe = JSON.parse(row.config) as Recipe
    const ready = await this.#prepare(cluster, recipe, row.ingest_key!, true)
    try {
      this.#options.store.write((db) => {
        insertJob(db, newJob(row.number, before.attempt + 1, ready), hashOf(ready.token))
        updateRun(db, row.number, { status: 'starting', endedAt: null, error: null })
      })
      return this.#begin(row.number, ready)
    } catch (error) {
      ready.line.release()
      throw error
    }
  }

  /**
   * Ends the job, whatever its driver is doing: one that hears should be asked by `steer`, so that it writes a checkpoint first. Of a cluster that
   * does not answer it is given up: the run can be resumed then.
   * @throws StudioError bad-request: it has ended; network
   */
  async stop(name: string): Promise<RayJob> {
    const row = this.#read((db) => requireRun(db, name))
    const job = requireOpenJob(
      this.#read((db) => newestJob(db, row.number)),
      row.number,
    )
    if (job.status === 'preparing' || job.unreachable) {
      const message = job.unreachable
        ? 'It was given up while its cluster did not answer.'
        : 'It was stopped on its way.'
      this.#keep(job, { status: 'stopped', message, endedAt: new Date().toISOString(), unreachable: null })
    } else {
      const line = await this.#connections.line(job.cluster, job)
      try {
        await (await line.client()).stop(job.id)
      } finally {
        line.release()
      }
      this.#keep(job, { stopping: true })
    }
    return shownJob(this.#now(job))
  }

  /** Newest last. @throws StudioError not-found */
  jobs(name: string): RayJob[] {
    return this.#read((db) => keptJobsOf(db, requireRun(db, name).number)).map(shownJob)
  }

  /** @param attempt null: the newest @throws StudioError not-found */
  log(name: string, attempt: number | null, from?: number, to?: number): LogPage {
    return readLog(this.#logFile(name, attempt), from, to)
  }

  searchLog(name: string, attempt: number | null, text: string): Promise<LogHit[]> {
    return searchLog(this.#logFile(name, attempt), text)
  }

  /** Jobs go on without the app, and are followed again when it is opened. */
  async close(): Promise<void> {
    this.#closing.abort()
    this.#connections.close()
    await Promise.allSettled(this.#work)
    await this.#listener.close()
  }

  async #prepare(cluster: Cluster, recipe: Recipe, key: string, resume: boolean): Promise<Submission> {
    const line = await this.#connections.line(cluster)
    try {
      await (await line.client()).version()
      const token = newToken()
      const order = orderOf(recipe, cluster, { key, report: { url: line.report, token }, resume })
      return { cluster, recipe, line, token, zip: await packageOf(order, this.#options.job) }
    } catch (error) {
      line.release()
      throw error
    }
  }

  #begin(number: number, ready: Submission): RunSummary {
    const job = this.#read((db) => newestJob(db, number)!)
    this.#tell(job)
    this.#while(async () => {
      try {
        const sending = { id: job.id, zip: ready.zip, run: number, title: ready.recipe.title }
        await submitJob(await ready.line.client(), ready.cluster, sending)
        // stopped meanwhile
        if (isOver(this.#now(job).status)) await (await ready.line.client()).stop(job.id)
        else this.#keep(job, { status: 'pending' })
      } catch (error) {
        const { message, hint } = reportOf(error)
        if (!this.#closing.signal.aborted && !isOver(this.#now(job).status))
          this.#keep(job, { status: 'failed', message: `${message} ${hint}`, endedAt: new Date().toISOString() })
      }
      await this.#follow(job, ready.line)
    })
    return this.#read((db) => summaryOf(db, findRun(db, String(number))!))
  }

  /** As the app is opened. */
  #goOn(job: KeptJob): void {
    const message = 'The app ended before it was submitted.'
    if (job.status !== 'preparing') this.#while(() => this.#follow(job))
    else this.#keep(job, { status: 'failed', message, endedAt: new Date().toISOString() })
  }

  /** @param line that is open already; it is released */
  async #follow(job: KeptJob, line?: Line): Promise<void> {
    if (isOver(this.#now(job).status)) return line?.release()
    const given = new AbortController()
    const signal = AbortSignal.any([this.#closing.signal, given.signal])
    await followJob(
      {
        job: () => this.#now(job),
        line: async () => line ?? this.#connections.line(job.cluster, job),
        file: logFile(this.#folder(job), job.attempt),
        keep: (change) => {
          // given up, or stopped by hand
          if (isOver(this.#now(job).status)) given.abort()
          else this.#keep(job, change)
        },
        poll: this.#options.poll,
        watched: () => Date.now() - (this.#looked.get(job.run) ?? 0) < WATCHED,
      },
      signal,
    )
  }

  #keep(job: KeptJob, change: JobChange): void {
    if (Object.keys(change).length === 0) return
    this.#options.store.write((db) => {
      updateJob(db, job, change)
      const now = nowOf(db, job)
      if (isOver(now.status)) settleRun(db, findRun(db, String(job.run))!, now)
    })
    this.#tell(job)
  }

  #tell(job: KeptJob): void {
    const { run, now } = this.#read((db) => ({
      run: summaryOf(db, findRun(db, String(job.run))!),
      now: nowOf(db, job),
    }))
    this.#options.publish({ type: 'job', runId: run.id, job: shownJob(now) })
    this.#options.publish({ type: 'run', run })
  }

  #while(work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => console.error(error))
      .finally(() => this.#work.delete(done))
    this.#work.add(done)
  }

  #logFile(name: string, attempt: number | null): string {
    const row = this.#read((db) => requireRun(db, name))
    const number = attempt ?? this.#read((db) => newestJob(db, row.number))?.attempt ?? 1
    this.#looked.set(row.number, Date.now())
    return logFile(runFolder(this.#options.dataFolder, row.id), number)
  }

  #folder(job: KeptJob): string {
    return runFolder(
      this.#options.dataFolder,
      this.#read((db) => findRun(db, String(job.run))!.id),
    )
  }

  #now(job: KeptJob): KeptJob {
    return this.#read((db) => nowOf(db, job))
  }

  #read<T>(work: (db: Db) => T): T {
    return this.#options.store.read(work)
  }
}

const nowOf = (db: Db, { run, attempt }: KeptJob): KeptJob =>
  keptJobsOf(db, run).find((job) => job.attempt === attempt)!

const newJob = (run: number, attempt: number, { cluster, line }: Submission): KeptJob => ({
  run,
  attempt,
  id: `grpo-studio-${run}-${attempt}-${newKey().slice(-8)}`,
  cluster,
  port: line.port,
  remotePort: line.remotePort,
  status: 'preparing',
  message: '',
  stopping: false,
  unreachable: null,
  submittedAt: new Date().toISOString(),
  endedAt: null,
})
