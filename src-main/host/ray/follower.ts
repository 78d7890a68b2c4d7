/** One job, followed from its submission to its end: what the cluster says of it, and its log. A line that is lost is tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { reportOf, StudioError } from '../../contract/errors.ts'
import { isOver, type JobStatus } from '../../contract/ray.ts'
import type { JobChange, KeptJob } from '../../store/ray-jobs.ts'
import type { Line } from './connections.ts'
import { keepLog, logPause } from './job-log.ts'
import { type JobDetails, type JobsClient, UnknownJob } from './jobs-client.ts'

export interface Followed {
  /** As it is stored now. */
  job(): KeptJob
  line(): Promise<Line>
  /** Of its log. */
  file: string
  /** Stores a change, and tells of it. */
  keep(change: JobChange): void
  /** Somebody reads the log. */
  watched(): boolean
  /** Milliseconds between two looks. */
  poll?: number
}

/** Milliseconds between two looks. */
const POLL = 2000
/** Times that, after so many looks in vain. */
const LOST = [1, 2, 5, 7]

const statuses: Readonly<Record<JobDetails['status'], JobStatus>> = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  STOPPED: 'stopped',
}

/** Ends when the job has ended, or when it is given up: what is stored then says that it goes on. */
export async function followJob(followed: Followed, signal: AbortSignal): Promise<void> {
  const { job, keep, file, poll = POLL } = followed
  let line: Line | undefined
  let misses = 0
  let read = 0
  try {
    while (!signal.aborted) {
      try {
        line ??= await followed.line()
        const client = await line.client()
        const details = await client.details(job().id, signal)
        misses = 0
        const status = statuses[details.status]
        if (isOver(status)) {
          await readOn(file, client, job().id)
          return keep({ ...changed(job(), status, details), endedAt: new Date().toISOString(), stopping: false })
        }
        keep(changed(job(), status, details))
        if (status === 'running' && Date.now() - read > logPause(file, followed.watched())) {
          read = Date.now()
          await readOn(file, client, job().id)
        }
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof UnknownJob) return keep(gone())
        if (job().unreachable === null)
          keep({ unreachable: { since: new Date().toISOString(), error: reportOf(error) } })
        misses++
      }
      const pause = misses === 0 ? poll : poll * LOST[Math.min(misses, LOST.length) - 1]
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
    }
  } finally {
    line?.release()
  }
}

/** A log that cannot be read, on a node that is gone or on a disk that is full, keeps nobody from knowing how the job is. */
async function readOn(file: string, client: JobsClient, id: string): Promise<void> {
  try {
    keepLog(file, await client.log(id))
  } catch (error) {
    console.error(error)
  }
}

/** Only what differs. */
function changed(job: KeptJob, status: JobStatus, { message }: JobDetails): JobChange {
  const said = message ?? ''
  return {
    ...(status !== job.status && { status }),
    ...(said !== job.message && { message: said }),
    ...(job.unreachable !== null && { unreachable: null }),
  }
}

const gone = (): JobChange => ({
  status: 'gone',
  message: 'The cluster does not know this job: its head was started anew since it was submitted.',
  unreachable: null,
  endedAt: new Date().toISOString(),
  stopping: false,
})

/** @throws StudioError bad-request */
export function requireOpenJob(job: KeptJob | undefined, number: number): KeptJob {
  if (job && !isOver(job.status)) return job
  throw new StudioError(
    'bad-request',
    job ? `The job of run #${number} has ended (${job.status}).` : `Run #${number} is not trained on a cluster.`,
    job ? `To go on: grpo-studio resume ${number}` : 'grpo-studio jobs list shows those that are.',
  )
}
