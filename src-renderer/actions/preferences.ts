import type { LabelValue } from '../../src-main/contract/labelling.ts'
import { failed } from '../stores/announce.ts'
import { giveLabel, labelLines, preferencesStore, takeLabelBack } from '../stores/preferences.ts'
import { routeStore } from '../stores/route.ts'
import { download } from '../text/download.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const opened = () => (routeStore.getState().page === 'preferences' ? preferencesStore.getState().open : null)
const isPair = () => opened()?.set.kind !== 'safety'
const shown = () => opened()?.item != null && !preferencesStore.getState().deleting

const labelling = (id: string, name: Action['name'], key: string, value: () => LabelValue, words: string): Action => ({
  id,
  name,
  group: 'Preferences',
  keys: [key],
  words: `label prefer ${words}`,
  enabled: shown,
  run: () => giveLabel(value()),
})

export const preferLeft = labelling(
  'prefer-left',
  () => (isPair() ? t('Left is better') : t('Safe')),
  'ArrowLeft',
  () => (isPair() ? 'left' : 'safe'),
  'left first safe',
)

export const preferRight = labelling(
  'prefer-right',
  () => (isPair() ? t('Right is better') : t('Unsafe')),
  'ArrowRight',
  () => (isPair() ? 'right' : 'unsafe'),
  'right second unsafe',
)

export const tie: Action = {
  ...labelling('tie', t('Tie'), 'T', () => 'tie', 'equal same'),
  enabled: () => shown() && isPair(),
}

export const skip = labelling('skip', t('Skip'), 'S', () => 'skip', 'leave out unclear')

export const undoLabel: Action = {
  id: 'undo-label',
  name: t('Take back'),
  group: 'Preferences',
  keys: ['U', 'Backspace'],
  words: 'undo last label',
  enabled: () => opened()?.undo === true && !preferencesStore.getState().deleting,
  run: takeLabelBack,
}

export const markDifferences: Action = {
  id: 'mark-differences',
  name: () => (preferencesStore.getState().differences ? t('Do not mark differences') : t('Mark what differs')),
  group: 'Preferences',
  keys: ['D'],
  words: 'diff compare',
  enabled: () => shown() && isPair(),
  run: () => preferencesStore.setState(({ differences }) => ({ differences: !differences })),
}

const scrolling = (id: string, name: string, key: string, direction: number): Action => ({
  id,
  name,
  group: 'Preferences',
  keys: [key],
  enabled: shown,
  run: () => {
    for (const answer of document.querySelectorAll('[data-answer]'))
      answer.scrollBy({ top: direction * 0.6 * answer.clientHeight })
  },
})

export const scrollDown = scrolling('scroll-answers-down', t('Scroll the answers down'), 'ArrowDown', 1)
export const scrollUp = scrolling('scroll-answers-up', t('Scroll the answers up'), 'ArrowUp', -1)

export const saveLabels: Action = {
  id: 'save-labels',
  name: t('Save labels as JSONL'),
  group: 'Preferences',
  keys: [],
  words: 'export download train reward model',
  enabled: () => (opened()?.set.done ?? 0) > 0,
  run: async () => {
    const { number, name } = opened()!.set
    try {
      download(`${name.replace(/[^\w.-]+/g, '-')}.jsonl`, await labelLines(number), 'application/jsonl')
    } catch (error) {
      failed(error)
    }
  },
}
