import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { go } from '../stores/route.ts'
import { viewStore } from '../stores/view.ts'
import type { Action } from './action.ts'

export const launch: Action = {
  id: 'launch',
  name: 'New run…',
  group: 'Run',
  keys: ['N'],
  words: 'start launch recipe',
  enabled: heard,
  run: () => viewStore.setState({ launch: true, judgedBy: null }),
}

/** The same, with this reward model chosen. */
export const launchJudgedBy = (name: string): void => viewStore.setState({ launch: true, judgedBy: name })

export interface LaunchOrder {
  recipe: string
  assignments: string[]
  backend: string | null
  /** Although it will not fit. */
  anyway?: boolean
  /** Although a reward model should not be used. */
  useDoubtful?: boolean
}

/** Starts the run and shows it. Returns whether the host took it. */
export async function launchRun(order: LaunchOrder): Promise<boolean> {
  try {
    const run = await api().runs.launch(order)
    go({ page: 'live', runId: run.id, step: null, opened: null })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}
