/** Changing the stages to come. */
import { heard } from '../stores/connection.ts'
import { liveStore } from '../stores/live.ts'
import { steer } from '../stores/steer.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const steerable = () => {
  const { detail } = liveStore.getState()
  return heard() && (detail?.status === 'running' || detail?.status === 'paused')
}

export const repeatStage: Action = {
  id: 'repeat-stage',
  name: t('Repeat this stage'),
  group: 'Steer',
  keys: [],
  words: 'again plan pipeline',
  enabled: steerable,
  run: () => steer('repeat-stage'),
}

export const insertStage: Action = {
  id: 'insert-stage',
  name: t('Insert a stage…'),
  group: 'Steer',
  keys: [],
  words: 'add plan pipeline json',
  enabled: steerable,
  run: () => viewStore.setState({ inserting: true }),
}

/** @param stage one that is to come */
export const skipStage = (stage: number) => steer('skip-stage', undefined, undefined, { stage })
