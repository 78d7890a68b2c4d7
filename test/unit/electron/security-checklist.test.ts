/**
 * The security checklist of Electron's documentation (docs/latest/tutorial/security), point by point and in its numbering. What the shell asks of
 * Electron is seen on a stand-in that keeps it on record.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import * as electron from '../../support/fake-electron.ts'

vi.mock('electron', () => import('../../support/fake-electron.ts'))

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const sourcesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(tsx?|html|css)$/.test(file))
    .map((file) => ({ file: `${folder}/${file}`, text: read(`${folder}/${file}`) }))
/** Comments tell of what is not done, too. */
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '')
const naming = (folder: string, word: RegExp) =>
  sourcesOf(folder)
    .filter(({ text }) => word.test(code(text)))
    .map(({ file }) => file)

const page = 'app://studio/index.html'
let preferences: Record<string, unknown>
let contents: electron.FakeContents
/** Whether the shell forbids it. */
const forbids = (event: string, details: object = {}) => {
  let forbidden = false
  contents.emit(event, { ...details, preventDefault: () => (forbidden = true) })
  return forbidden
}

beforeAll(async () => {
  const { forbidTheWeb } = await import('../../../src-main/electron/guard.ts')
  const { declareScheme, servePages } = await import('../../../src-main/electron/pages.ts')
  const { openWindow } = await import('../../../src-main/electron/window.ts')
  const { Inbox } = await import('../../../src-main/electron/inbox.ts')
  declareScheme()
  forbidTheWeb()
  servePages(join(root, 'out', 'renderer'))
  const window = openWindow(new Inbox()) as unknown as electron.FakeWindow
  preferences = window.options.webPreferences
  contents = window.webContents
})

const policy = async () => {
  const answer = await electron.served.get('app')!(new Request(page))
  const text = answer.headers.get('content-security-policy') ?? ''
  return Object.fromEntries(text.split('; ').map((rule) => [rule.split(' ')[0], rule.split(' ').slice(1)]))
}

describe('the security checklist of Electron', () => {
  test('1. only secure content is loaded: the app’s own files, and nothing from the network', async () => {
    const window = electron.FakeWindow.made[0]
    expect(window.loaded).toEqual([page])
    const rules = await policy()
    for (const [rule, sources] of Object.entries(rules))
      for (const source of sources) expect(source, rule).toMatch(/^('none'|'self'|'unsafe-inline'|data:|blob:)$/)
    expect(read('src-renderer/index.html')).not.toMatch(/(src|href)="https?:/)
  })

  test('2. no Node integration', () => {
    expect(preferences.nodeIntegration).toBe(false)
    for (const one of ['nodeIntegrationInWorker', 'nodeIntegrationInSubFrames'])
      expect(preferences).not.toHaveProperty(one)
  })

  test('3. context isolation', () => expect(preferences.contextIsolation).toBe(true))

  test('4. process sandboxing', () => {
    expect(preferences.sandbox).toBe(true)
    expect(naming('src-main', /no-sandbox/)).toEqual([])
  })

  test('5. permission requests are refused, but for notifications and copying', () => {
    const { request, check, device } = electron.granted
    const may = (permission: string) => {
      let answer: boolean | undefined
      request!(contents, permission, (said) => (answer = said))
      expect(check!(contents, permission)).toBe(answer)
      return answer
    }
    for (const permission of [
      'media',
      'geolocation',
      'clipboard-read',
      'fullscreen',
      'openExternal',
      'fileSystem',
      'usb',
      'hid',
      'display-capture',
      'something-new',
    ])
      expect(may(permission), permission).toBe(false)
    expect(may('notifications')).toBe(true)
    expect(may('clipboard-sanitized-write')).toBe(true)
    expect(device!()).toBe(false)
  })

  test('6. web security is on', () => {
    expect(preferences.webSecurity).toBe(true)
    expect(naming('src-main/electron', /disable-web-security|disableWebSecurity/)).toEqual([])
  })

  test('7. a content security policy is sent, and stands in the page', async () => {
    const rules = await policy()
    expect(rules['default-src']).toEqual(["'none'"])
    expect(rules['script-src']).toEqual(["'self'"])
    expect(rules['connect-src']).toEqual(["'self'"])
    expect(rules['base-uri']).toEqual(["'none'"])
    expect(rules['frame-ancestors']).toEqual(["'none'"])
    expect(rules).not.toHaveProperty('frame-src')
    const meta = /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(read('src-renderer/index.html'))
    expect(meta?.[1]).toContain("default-src 'none'; script-src 'self';")
  })

  test('8. no insecure content beside secure one', () => {
    expect(preferences).not.toHaveProperty('allowRunningInsecureContent')
    expect(naming('src-main/electron', /allowRunningInsecureContent|allow-running-insecure-content/)).toEqual([])
  })

  test('9. no experimental features', () => {
    expect(preferences).not.toHaveProperty('experimentalFeatures')
    expect(naming('src-main/electron', /experimental-web-platform-features|commandLine/)).toEqual([])
  })

  test('10. no features of Blink by name', () => expect(preferences).not.toHaveProperty('enableBlinkFeatures'))

  test('11. there is no webview, so none with popups', () => {
    expect(preferences.webviewTag).toBe(false)
    expect(naming('src-renderer', /<webview|allowpopups|createElement\(['"]webview/)).toEqual([])
  })

  test('12. a webview that somebody makes is not attached', () => expect(forbids('will-attach-webview')).toBe(true))

  test('13. navigation is forbidden, also where an address only begins like the page’s', () => {
    expect(forbids('will-navigate', { url: 'https://example.com' })).toBe(true)
    expect(forbids('will-redirect', { url: 'https://example.com' })).toBe(true)
    expect(forbids('will-frame-navigate', { url: 'app://studio.example.com/index.html' })).toBe(true)
    expect(forbids('will-frame-navigate', { url: `${page}#/runs` })).toBe(false)
    expect(preferences.navigateOnDragDrop).toBe(false)
  })

  test('14. no new windows', () => {
    for (const url of ['https://example.com', page, 'file:///etc/passwd', 'javascript:alert(1)'])
      expect(contents.openHandler!({ url })).toEqual({ action: 'deny' })
  })

  test('15. nothing is handed to the system to be opened but the data folder', () => {
    expect(naming('src-main', /openExternal/)).toEqual([])
    expect(naming('src-main', /shell\.\w+\(/)).toEqual(['src-main/electron/menu.ts'])
    expect(read('src-main/electron/menu.ts').match(/shell\.\w+\([^)]*\)/g)).toEqual(['shell.openPath(dataFolder)'])
  })

  test('16. a current version of Electron, by its exact number', () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    // the oldest that Electron's maintainers still supported when this was written
    expect(Number.parseInt(devDependencies.electron, 10)).toBeGreaterThanOrEqual(39)
  })

  test('17. the sender of a message is the page’s own frame, or it is not heard', async () => {
    const { isOwnFrame } = await import('../../../src-main/electron/own-page.ts')
    const own = { url: `${page}#/runs` }
    expect(isOwnFrame(own, { mainFrame: own })).toBe(true)
    expect(isOwnFrame(null, { mainFrame: own })).toBe(false)
    expect(isOwnFrame({ url: page }, { mainFrame: own })).toBe(false)
    for (const url of [
      'https://studio/index.html',
      'app://studio.evil/index.html',
      'app://x@studio/',
      'file:///index.html',
      '',
    ])
      expect(isOwnFrame({ url }, { mainFrame: { url } })).toBe(false)
    const { text } = sourcesOf('src-main/electron').find(({ file }) => file.endsWith('/main.ts'))!
    const listeners = naming('src-main', /ipcMain\.(on|handle|once)\(/)
    expect(listeners).toEqual(['src-main/electron/main.ts'])
    expect(text.match(/ipcMain\.\w+\([^\n]+\n\s+if \(!isOwnFrame\(senderFrame, sender\)\) return/g)).toHaveLength(2)
    expect(text.match(/ipcMain\./g)).toHaveLength(2)
  })

  test('18. a scheme of its own in place of file://, which serves the built window alone', async () => {
    expect(electron.schemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    expect(naming('src-main/electron', /loadFile\(|['"`]file:/)).toEqual([])
    const answer = electron.served.get('app')!
    for (const address of ['app://studio/..%2f..%2fpackage.json', 'app://other/index.html'])
      expect((await answer(new Request(address))).status, address).toBe(404)
    const inside = join(root, 'out', 'renderer')
    for (const file of electron.fetched) expect(new URL(file).pathname.startsWith(inside)).toBe(true)
  })

  test('19. every fuse is set as tight as the app can be', async () => {
    const { default: config } = await import('../../../electron-builder.config.ts')
    expect(config.electronFuses).toEqual({
      // the sandbox of programs is Electron as a Node: docs/security.md
      runAsNode: true,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
    expect(read('docs/security.md')).toContain('runAsNode')
  })

  test('20. no API of Electron reaches the page: neither ipcRenderer nor an event', () => {
    const preload = code(read('src-main/electron/preload.ts'))
    expect(preload.match(/exposeInMainWorld/g)).toHaveLength(1)
    expect(preload).not.toMatch(/ipcRenderer\s*[,}\]]\s*\)|:\s*ipcRenderer\b|exposeInMainWorld\([^,]+,\s*ipcRenderer/)
    expect(preload).toMatch(/ipcRenderer\.on\('wish', \(_event, wish: Wish\) => listener\(wish\)\)/)
    expect(preload.match(/ipcRenderer\.\w+\('[\w-]+'/g)).toEqual([
      "ipcRenderer.on('wish'",
      "ipcRenderer.send('language'",
      "ipcRenderer.postMessage('start-orpc-server'",
    ])
    expect(naming('src-renderer', /from 'electron'|require\('electron'\)/)).toEqual([])
  })
})
