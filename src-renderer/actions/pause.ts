import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { askable } from './can.ts'

const status = () => askable('pause')?.status

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
