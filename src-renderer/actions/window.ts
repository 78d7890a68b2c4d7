import { notifications } from '@mantine/notifications'
import { addressOfView } from '../stores/look.ts'
import { schemeStore } from '../stores/scheme.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const openPalette: Action = {
  id: 'open-palette',
  name: t('Command palette'),
  group: 'Window',
  keys: ['mod+K'],
  words: 'search spotlight',
  enabled: () => true,
  run: () => viewStore.setState({ palette: true }),
}

export const copyAddress: Action = {
  id: 'copy-address',
  name: () => t('Copy the address of this view'),
  group: 'Window',
  keys: ['shift+L'],
  words: 'link url share clipboard',
  enabled: () => true,
  run: async () => {
    const address = addressOfView()
    try {
      await window.navigator.clipboard.writeText(address)
      notifications.show({ title: t('The address is copied'), message: address, autoClose: 4000 })
    } catch {
      // without a permission the person copies it themselves
      notifications.show({
        title: t('The browser does not let a page copy: here is the address'),
        message: address,
        autoClose: false,
      })
    }
  },
}

export const showShortcuts: Action = {
  id: 'show-shortcuts',
  name: t('Keyboard shortcuts'),
  group: 'Window',
  keys: ['?'],
  words: 'help keys',
  enabled: () => true,
  run: () => viewStore.setState({ shortcuts: true }),
}

const next = { auto: 'dark', dark: 'light', light: 'auto' } as const

export const toggleScheme: Action = {
  id: 'toggle-scheme',
  name: () =>
    t('Colours: {{value}}', {
      value: { auto: t('dark'), dark: t('light'), light: t('as the system') }[schemeStore.getState().wish],
    }),
  group: 'Window',
  keys: ['shift+T'],
  words: 'dark light theme mode',
  enabled: () => true,
  run: () => schemeStore.setState(({ wish }) => ({ wish: next[wish] })),
}
