import { heard } from '../stores/connection.ts'
import { liveStore } from '../stores/live.ts'
import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const status = () => (heard() ? liveStore.getState().detail?.status : undefined)

/** One key for both: it pauses what goes and lets go on what is paused. */
export const pause: Action = {
  id: 'pause',
  name: () => (status() === 'paused' ? t('Go on') : t('Pause')),
  group: 'Run',
  keys: ['P'],
  words: 'pause resume continue halt',
  enabled: () => status() === 'running' || status() === 'paused',
  run: () => steer(status() === 'paused' ? 'resume' : 'pause'),
}
