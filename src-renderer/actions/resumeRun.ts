import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { go } from '../stores/route.ts'
import { isResumable } from '../stores/runs.ts'
import type { Action } from './action.ts'

/** Goes on from the run's last checkpoint, and shows it. */
export async function resumeRunById(runId: string): Promise<void> {
  try {
    await api().runs.resume({ runId })
    go({ page: 'live', runId, step: null, opened: null })
  } catch (error) {
    failed(error)
  }
}

export const resumeRun: Action = {
  id: 'resume-run',
  name: 'Resume from the last checkpoint',
  group: 'Run',
  keys: ['shift+U'],
  words: 'interrupted continue',
  enabled: () => {
    const { detail } = liveStore.getState()
    return heard() && detail !== null && isResumable(detail.status)
  },
  run: () => {
    const { runId } = liveStore.getState()
    return runId ? resumeRunById(runId) : undefined
  },
}
