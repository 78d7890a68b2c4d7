import { heard } from '../stores/connection.ts'
import { applyDrafts, readyDrafts } from '../stores/drafts.ts'
import { liveStore } from '../stores/live.ts'
import { routeStore } from '../stores/route.ts'
import { clearDrafts, steerStore } from '../stores/steer.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const focusSteering: Action = {
  id: 'focus-steering',
  name: t('Turn a knob'),
  group: 'Steer',
  keys: ['T'],
  words: 'temperature steering panel focus',
  enabled: () => routeStore.getState().page === 'live' && liveStore.getState().detail !== null,
  run: () => document.querySelector<HTMLInputElement>('[data-knob] input[type="text"]')?.focus(),
}

export const applyChanges: Action = {
  id: 'apply-changes',
  name: t('Apply the changes'),
  group: 'Steer',
  keys: ['mod+Enter'],
  words: 'knobs set confirm',
  enabled: () => heard() && Object.keys(readyDrafts()).length > 0,
  run: () => applyDrafts(),
}

export const takeBack: Action = {
  id: 'take-back',
  name: t('Take the changes back'),
  group: 'Steer',
  keys: [],
  words: 'undo reset knobs drafts',
  enabled: () => Object.keys(steerStore.getState().drafts).length > 0,
  run: clearDrafts,
}
