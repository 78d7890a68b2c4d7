import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { go } from '../stores/route.ts'
import { isResumable } from '../stores/runs.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

/**
 * Goes on from the run's last checkpoint, and shows it. Where its recipe file was edited since, a person is asked first.
 * @returns whether the host took it
 */
export async function resumeRunById(runId: string, recipe?: 'accept' | 'keep'): Promise<boolean> {
  try {
    await api().runs.resume({ runId, ...(recipe && { recipe }) })
    go({ page: 'live', runId, step: null, opened: null })
    return true
  } catch (error) {
    if ((error as { code?: string }).code === 'recipe-edited') viewStore.setState({ recipeEdited: runId })
    else failed(error)
    return false
  }
}

export const resumeRun: Action = {
  id: 'resume-run',
  name: t('Resume from the last checkpoint'),
  group: 'Run',
  keys: ['shift+U'],
  words: 'interrupted continue',
  enabled: () => {
    const { detail } = liveStore.getState()
    return heard() && detail !== null && isResumable(detail)
  },
  run: () => {
    const { runId } = liveStore.getState()
    return runId ? resumeRunById(runId) : undefined
  },
}
