import { steer } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { ownRun } from './can.ts'

const steerable = () => {
  const detail = ownRun()
  return detail?.status === 'running' || detail?.status === 'paused' ? detail : null
}

export const nextStage: Action = {
  id: 'next-stage',
  name: t('Next stage now'),
  group: 'Steer',
  keys: ['shift+N'],
  words: 'skip advance gate',
  enabled: () => {
    const detail = steerable()
    return detail !== null && detail.stage + 1 < detail.stageCount
  },
  run: () => steer('next-stage'),
}

export const stayInStage: Action = {
  id: 'stay-in-stage',
  name: t('Stay in this stage'),
  group: 'Steer',
  keys: ['shift+Y'],
  words: 'hold gate remain',
  enabled: () => {
    const detail = steerable()
    return detail !== null && !detail.staying
  },
  run: () => steer('stay'),
}

export const refreshReference: Action = {
  id: 'refresh-reference',
  name: t('Refresh the reference'),
  group: 'Steer',
  keys: ['shift+R'],
  words: 'kl policy copy',
  enabled: () => steerable() !== null,
  run: () => steer('refresh-reference'),
}
