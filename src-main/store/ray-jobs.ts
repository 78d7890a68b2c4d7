/** Table `ray_jobs`: what was submitted to Ray clusters, several times for a run that was resumed. */
import { type Cluster, clusterSchema, type JobStatus, type RayJob, type RayJobSummary } from '../contract/ray.ts'
import { type Db, sql } from './database.ts'

export interface KeptJob extends Omit<RayJob, 'cluster' | 'address' | 'ssh' | 'trainer'> {
  run: number
  cluster: Cluster
  /** Port of this machine to which it reports. */
  port: number
  /** Of the cluster's head, which leads there through a tunnel. */
  remotePort: number | null
}

interface Row {
  run: number
  attempt: number
  id: string
  cluster: string
  port: number
  remote_port: number | null
  status: JobStatus
  message: string
  stopping: 0 | 1
  unreachable: string | null
  submitted_at: string
  ended_at: string | null
}

/** What changes of a job; a field left out stays. */
export type JobChange = Partial<Pick<KeptJob, 'status' | 'message' | 'stopping' | 'unreachable' | 'endedAt'>>

const columns =
  'run, attempt, id, cluster, port, remote_port, status, message, stopping, unreachable, submitted_at, ended_at'

/** @param token SHA-256 of what its driver reports with */
export function insertJob(db: Db, job: KeptJob, token: string): void {
  sql(db, `INSERT INTO ray_jobs (${columns}, token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
    job.run,
    job.attempt,
    job.id,
    JSON.stringify(job.cluster),
    job.port,
    job.remotePort,
    job.status,
    job.message,
    Number(job.stopping),
    job.unreachable && JSON.stringify(job.unreachable),
    job.submittedAt,
    job.endedAt,
    token,
  )
}

export function updateJob(db: Db, { run, attempt }: Pick<KeptJob, 'run' | 'attempt'>, change: JobChange): void {
  const values: Record<string, unknown> = {
    status: change.status,
    message: change.message,
    stopping: change.stopping === undefined ? undefined : Number(change.stopping),
    unreachable: change.unreachable && JSON.stringify(change.unreachable),
    ended_at: change.endedAt,
  }
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  if (given.length === 0) return
  const assignments = given.map(([name]) => `${name} = ?`).join(', ')
  sql(db, `UPDATE ray_jobs SET ${assignments} WHERE run = ? AND attempt = ?`).run(
    ...given.map(([, value]) => value),
    run,
    attempt,
  )
}

/** The first submission first. */
export const keptJobsOf = (db: Db, run: number): KeptJob[] =>
  sql<Row>(db, `SELECT ${columns} FROM ray_jobs WHERE run = ? ORDER BY attempt`).all(run).map(jobOf)

export function newestJob(db: Db, run: number): KeptJob | undefined {
  const row = sql<Row>(db, `SELECT ${columns} FROM ray_jobs WHERE run = ? ORDER BY attempt DESC LIMIT 1`).get(run)
  return row && jobOf(row)
}

/** Those that may still go on. */
export const openJobs = (db: Db): KeptJob[] =>
  sql<Row>(db, `SELECT ${columns} FROM ray_jobs WHERE ended_at IS NULL ORDER BY submitted_at`).all().map(jobOf)

/** SHA-256 of the token that opens the run of this key: of its newest job alone. */
export const tokenOfKey = (db: Db, key: string): string | undefined =>
  sql<string>(
    db,
    `SELECT token FROM ray_jobs JOIN runs ON number = run WHERE ingest_key = ? AND deleted_at IS NULL
     ORDER BY attempt DESC LIMIT 1`,
  )
    .pluck()
    .get(key)

export function jobSummaryOf(db: Db, run: number): RayJobSummary | null {
  const job = newestJob(db, run)
  if (!job) return null
  const { cluster, status, unreachable, stopping } = job
  return { cluster: cluster.name, status, unreachable, stopping }
}

/** As windows see it. */
export const shownJob = ({ run: _, cluster, port: __, remotePort: ___, ...job }: KeptJob): RayJob => ({
  ...job,
  cluster: cluster.name,
  address: cluster.address,
  ssh: cluster.ssh?.host ?? null,
  trainer: cluster.trainer,
})

const jobOf = (row: Row): KeptJob => ({
  run: row.run,
  attempt: row.attempt,
  id: row.id,
  cluster: clusterSchema.parse(JSON.parse(row.cluster)),
  port: row.port,
  remotePort: row.remote_port,
  status: row.status,
  message: row.message,
  stopping: row.stopping === 1,
  unreachable: row.unreachable === null ? null : (JSON.parse(row.unreachable) as RayJob['unreachable']),
  submittedAt: row.submitted_at,
  endedAt: row.ended_at,
})
