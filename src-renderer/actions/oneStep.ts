import { heard } from '../stores/connection.ts'
import { liveStore } from '../stores/live.ts'
import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const oneStep: Action = {
  id: 'one-step',
  name: t('One step'),
  group: 'Run',
  keys: ['.'],
  words: 'single advance',
  enabled: () => heard() && liveStore.getState().detail?.status === 'paused',
  run: () => steer('step'),
}
