import { abscissae } from '../charts/abscissa.ts'
import { zoomed } from '../charts/frame.ts'
import { liveStore } from '../stores/live.ts'
import { fullRange } from '../stores/range.ts'
import { routeStore } from '../stores/route.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { type Action, following } from './action.ts'

const charted = () => routeStore.getState().page === 'live' && liveStore.getState().columns.steps.length > 1

function zoomBy(factor: number): void {
  const full = fullRange(liveStore.getState())
  const range = viewStore.getState().zoom ?? full
  viewStore.setState({ zoom: zoomed(range, (range[0] + range[1]) / 2, factor, full) })
}

export const zoomIn: Action = {
  id: 'zoom-in',
  name: t('Zoom in'),
  group: 'Charts',
  keys: ['+', '='],
  enabled: charted,
  run: () => zoomBy(0.6),
}

export const zoomOut: Action = {
  id: 'zoom-out',
  name: t('Zoom out'),
  group: 'Charts',
  keys: ['-'],
  enabled: () => charted() && viewStore.getState().zoom !== null,
  run: () => zoomBy(1 / 0.6),
}

export const resetZoom: Action = {
  id: 'reset-zoom',
  name: t('Show all steps'),
  group: 'Charts',
  keys: ['0'],
  words: 'reset zoom',
  enabled: () => charted() && viewStore.getState().zoom !== null,
  run: () => viewStore.setState({ zoom: null }),
}

export const toggleSmoothing: Action = {
  id: 'toggle-smoothing',
  name: () => (viewStore.getState().smooth ? t('Curves without average') : t('Curves with average')),
  group: 'Charts',
  keys: ['S'],
  words: 'smoothing ema raw',
  enabled: () => routeStore.getState().page === 'live',
  run: () => viewStore.setState(({ smooth }) => ({ smooth: !smooth })),
}

/** The next thing for charts to run over. */
export const nextAbscissa: Action = {
  id: 'next-abscissa',
  name: () => t('Curves over {{abscissae}}', { abscissae: following(abscissae, viewStore.getState().over) }),
  group: 'Charts',
  keys: ['A'],
  words: 'x axis seconds tokens steps abscissa',
  enabled: () => ['live', 'compare'].includes(routeStore.getState().page),
  run: () => viewStore.setState(({ over }) => ({ over: following(abscissae, over) })),
}

export const arrangeCharts: Action = {
  id: 'arrange-charts',
  name: () => t('Choose and arrange charts'),
  group: 'Charts',
  keys: ['shift+E'],
  words: 'hide show order layout columns metrics',
  enabled: () => ['live', 'compare'].includes(routeStore.getState().page),
  run: () => viewStore.setState(({ arranging }) => ({ arranging: !arranging })),
}

export const toggleLog: Action = {
  id: 'toggle-log',
  name: () => (viewStore.getState().log ? t('Heights in equal steps') : t('Heights by powers of ten')),
  group: 'Charts',
  keys: ['Y'],
  words: 'logarithmic log axis linear scale',
  enabled: () => routeStore.getState().page === 'live',
  run: () => viewStore.setState(({ log }) => ({ log: !log })),
}
