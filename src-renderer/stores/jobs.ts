/** The jobs of the run on the page, and whether their log is open. */
import { createStore } from 'zustand/vanilla'
import type { RayJob } from '../../src-main/contract/ray.ts'
import { failed } from './announce.ts'
import { api, onHostEvent } from './host.ts'

export interface JobsState {
  runId: string | null
  /** Submissions, the newest last; null until the host has answered. */
  jobs: RayJob[] | null
  /** The drawer with the log is open. */
  log: boolean
  /** A person is asked whether the job shall end at once. */
  ending: boolean
}

export const jobsStore = createStore<JobsState>(() => ({ runId: null, jobs: null, log: false, ending: false }))

onHostEvent((event) => {
  if (event.type !== 'job' || event.runId !== jobsStore.getState().runId) return
  const others = (jobsStore.getState().jobs ?? []).filter(({ attempt }) => attempt !== event.job.attempt)
  jobsStore.setState({ jobs: [...others, event.job].sort((a, b) => a.attempt - b.attempt) })
})

export async function loadJobs(runId: string): Promise<void> {
  if (jobsStore.getState().runId !== runId) jobsStore.setState({ runId, jobs: null, ending: false })
  try {
    const jobs = await api().ray.jobs({ runId })
    if (jobsStore.getState().runId === runId) jobsStore.setState({ jobs })
  } catch (error) {
    failed(error)
  }
}

/** At once, or given up where the cluster does not answer. */
export async function endJob(runId: string): Promise<void> {
  try {
    await api().ray.stop({ runId })
  } catch (error) {
    failed(error)
  }
}
