import { schemeStore } from '../stores/scheme.ts'
import { viewStore } from '../stores/view.ts'
import type { Action } from './action.ts'

export const openPalette: Action = {
  id: 'open-palette',
  name: 'Command palette',
  group: 'Window',
  keys: ['mod+K'],
  words: 'search spotlight',
  enabled: () => true,
  run: () => viewStore.setState({ palette: true }),
}

export const showShortcuts: Action = {
  id: 'show-shortcuts',
  name: 'Keyboard shortcuts',
  group: 'Window',
  keys: ['?'],
  words: 'help keys',
  enabled: () => true,
  run: () => viewStore.setState({ shortcuts: true }),
}

const next = { auto: 'dark', dark: 'light', light: 'auto' } as const

export const toggleScheme: Action = {
  id: 'toggle-scheme',
  name: () => `Colours: ${{ auto: 'dark', dark: 'light', light: 'as the system' }[schemeStore.getState().wish]}`,
  group: 'Window',
  keys: ['shift+T'],
  words: 'dark light theme mode',
  enabled: () => true,
  run: () => schemeStore.setState(({ wish }) => ({ wish: next[wish] })),
}
