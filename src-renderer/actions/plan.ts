/** Changing the stages to come. */
import { steer } from '../stores/steer.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { ownRun } from './can.ts'

const steerable = () => {
  const status = ownRun()?.status
  return status === 'running' || status === 'paused'
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
