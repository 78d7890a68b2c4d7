import { isActive } from '../stores/runs.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { askable } from './can.ts'
import { endJob } from './ray.ts'

/** Asks first: a stopped run goes on only from its last checkpoint. */
export const stop: Action = {
  id: 'stop',
  name: t('Stop…'),
  group: 'Run',
  keys: ['X'],
  words: 'end finish abort',
  enabled: () => {
    const detail = askable('stop')
    if (detail !== null && isActive(detail.status)) return true
    // before its driver is heard, its job can be
    return endJob.enabled()
  },
  run: () => viewStore.setState({ stopping: true }),
}
