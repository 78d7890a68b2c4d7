import { ask, canAsk, playgroundStore, stopAnswer } from '../stores/playground.ts'
import { routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const here = () => routeStore.getState().page === 'playground'

export const askModel: Action = {
  id: 'ask',
  name: t('Ask'),
  group: 'Playground',
  keys: ['mod+Enter'],
  words: 'playground answer generate sample',
  enabled: () => here() && canAsk(playgroundStore.getState()),
  run: ask,
}

export const stopAnswering: Action = {
  id: 'stop-answer',
  name: t('Stop the answer'),
  group: 'Playground',
  keys: ['mod+.'],
  words: 'playground cancel',
  enabled: () => here() && playgroundStore.getState().busy,
  run: stopAnswer,
}
