import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { askable } from './can.ts'

export const oneStep: Action = {
  id: 'one-step',
  name: t('One step'),
  group: 'Run',
  keys: ['.'],
  words: 'single advance',
  enabled: () => askable('step')?.status === 'paused',
  run: () => steer('step'),
}
