import { go } from '../stores/route.ts'
import type { Action } from './action.ts'

export const goToRuns: Action = {
  id: 'go-to-runs',
  name: 'Runs',
  group: 'Go to',
  keys: ['1'],
  words: 'list history resume',
  enabled: () => true,
  run: () => go({ page: 'runs' }),
}

export const goToLive: Action = {
  id: 'go-to-live',
  name: 'Live',
  group: 'Go to',
  keys: ['2'],
  words: 'charts steer watch',
  enabled: () => true,
  run: () => go({ page: 'live', runId: null, step: null, opened: null }),
}

export const goToSystem: Action = {
  id: 'go-to-system',
  name: 'System',
  group: 'Go to',
  keys: ['3'],
  words: 'doctor backend gpu versions data folder',
  enabled: () => true,
  run: () => go({ page: 'system' }),
}
