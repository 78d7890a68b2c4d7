import { beforeEach, describe, expect, it, vi } from 'vitest'

type Store = typeof import('../../../src-renderer/stores/settings.ts')
type File = typeof import('../../../src-renderer/stores/settings-file.ts')

let kept: Record<string, string>
let reloads = 0
let store: Store
let file: File

/** A window that remembers what it is told, as a browser does. */
async function open(): Promise<void> {
  vi.resetModules()
  const storage = new Proxy({} as Record<string, unknown>, {
    get: (_, name) =>
      ({
        getItem: (key: string) => kept[key] ?? null,
        setItem: (key: string, value: string) => {
          kept[key] = value
        },
        removeItem: (key: string) => {
          delete kept[key]
        },
      })[name as string],
    ownKeys: () => Object.keys(kept),
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
  })
  const matchMedia = () => ({ matches: false, addEventListener: () => undefined })
  vi.stubGlobal('window', { location: { hash: '', reload: () => reloads++ }, localStorage: storage, matchMedia })
  store = await import('../../../src-renderer/stores/settings.ts')
  file = await import('../../../src-renderer/stores/settings-file.ts')
}

beforeEach(async () => {
  kept = {}
  reloads = 0
  await open()
})

const setting = (id: string) => store.settings.find((one) => one.id === id)!
const problemOf = (text: string) => {
  const read = file.readSettings(text)
  return 'problem' in read ? read.problem : { message: 'nothing is wrong', hint: '' }
}
const fileOf = (settings: unknown, more: object = {}) =>
  JSON.stringify({ format: 'grpo-studio settings', version: 1, settings, ...more })

describe('settings', () => {
  it('begin with what their table says, and no notification is shown unasked', () => {
    for (const { initial, get, id } of store.settings) expect(get(), id).toBe(initial)
    expect(setting('notifications.on').get()).toBe(false)
  })

  it('are remembered', async () => {
    setting('appearance.scheme').set('light')
    setting('reading.over').set('tokens')
    setting('reading.smooth').set(false)
    setting('notifications.paused').set(false)
    await open()
    expect(setting('appearance.scheme').get()).toBe('light')
    expect(setting('reading.over').get()).toBe('tokens')
    expect(setting('reading.smooth').get()).toBe(false)
    expect(setting('notifications.paused').get()).toBe(false)
    expect(setting('notifications.failed').get()).toBe(true)
  })

  it('that were kept badly are as at first', async () => {
    kept = { 'grpo-studio.settings': '{"notifications":{"on":"yes","nonsense":true}}', 'grpo-studio.view': '{{' }
    await open()
    expect(store.notificationsStore.getState()).toEqual({
      on: false,
      finished: true,
      paused: true,
      failed: true,
      alert: true,
    })
  })

  it('are found by every word of the search', () => {
    expect(store.foundSettings('dark').map(({ id }) => id)).toEqual(['appearance.scheme'])
    expect(store.foundSettings('charts log').map(({ id }) => id)).toEqual(['reading.log'])
    expect(store.foundSettings('dark log')).toEqual([])
    expect(store.foundSettings('')).toHaveLength(store.settings.length)
  })
})

describe('a file of settings', () => {
  it('carries all of them to another window', async () => {
    setting('reading.rows').set('drawn')
    setting('notifications.on').set(true)
    const text = file.settingsText()
    kept = {}
    await open()
    const read = file.readSettings(text)
    if ('problem' in read) throw new Error(read.problem.message)
    expect(read.chosen).toHaveLength(store.settings.length)
    file.takeSettings(read.chosen)
    expect(setting('reading.rows').get()).toBe('drawn')
    expect(setting('notifications.on').get()).toBe(true)
    expect(file.settingsText()).toBe(text)
    expect(reloads).toBe(0)
  })

  it.each([
    ['{', /^The file is not JSON: /],
    ['[]', /holds no settings of this app/],
    ['{"format":"a recipe"}', /holds no settings of this app: it does not say "format": "grpo-studio settings"/],
    ['null', /holds no settings/],
  ])('that is another kind of file is refused: %s', (text, message) => {
    expect(problemOf(text).message).toMatch(message)
    expect(problemOf(text).hint).toMatch(/nothing was changed/)
  })

  it('that is of another version, has no settings, or names or sets one wrongly is refused, saying which and what it takes', () => {
    expect(problemOf(fileOf({}, { version: 2 })).message).toBe(
      'The file is of version 2, and this app reads version 1.',
    )
    expect(problemOf(fileOf(undefined)).message).toBe('The file has no "settings".')
    expect(problemOf(fileOf({ 'reading.colour': true })).message).toBe('There is no setting “reading.colour”.')
    expect(problemOf(fileOf({ 'reading.over': 'hours' })).message).toBe(
      '“Charts run over” (reading.over) cannot be "hours": it takes steps, time, tokens.',
    )
    expect(problemOf(fileOf({ 'reading.smooth': 'no' })).message).toMatch(/cannot be "no": it takes true, false/)
  })
})

describe('resetting the layout', () => {
  it('forgets how lists were arranged, and nothing that is set', () => {
    kept['grpo-studio.runs'] = '{"sort":"name"}'
    kept['grpo-studio.layout.charts'] = '[]'
    kept['grpo-studio.presets'] = 'stay'
    kept['another.app'] = 'stays'
    setting('appearance.scheme').set('dark')
    setting('reading.over').set('time')
    file.resetLayout()
    expect(Object.keys(kept).sort()).toEqual([
      'another.app',
      'grpo-studio.presets',
      'grpo-studio.scheme',
      'grpo-studio.view',
    ])
    expect(reloads).toBe(1)
  })
})
