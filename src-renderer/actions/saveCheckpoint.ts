import { liveStore } from '../stores/live.ts'
import { isActive } from '../stores/runs.ts'
import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { askable } from './can.ts'

/** Of another trainer: ours writes its checkpoints by itself. */
export const saveCheckpoint: Action = {
  id: 'save-checkpoint',
  name: t('Save a checkpoint'),
  group: 'Run',
  keys: [],
  words: 'write keep weights trainer',
  enabled: () => {
    const detail = askable('save')
    return detail !== null && detail.attached !== null && isActive(detail.status)
  },
  run: () => (liveStore.getState().detail ? steer('save') : undefined),
}
