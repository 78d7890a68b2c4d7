import { canMeasure, measure, measuringStore, stopMeasuring } from '../stores/measuring.ts'
import { routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const here = () => routeStore.getState().page === 'measure'

export const measureModel: Action = {
  id: 'measure',
  name: t('Measure'),
  group: 'Measure',
  keys: ['mod+Enter'],
  words: 'evaluate accuracy pass@k',
  enabled: () => here() && canMeasure(measuringStore.getState()),
  run: measure,
}

export const stopMeasure: Action = {
  id: 'stop-measuring',
  name: t('Stop measuring'),
  group: 'Measure',
  keys: ['mod+.'],
  words: 'evaluation cancel',
  enabled: () => here() && measuringStore.getState().work !== null,
  run: stopMeasuring,
}
