/** The Electron shell, whole, on a stand-in of Electron, with a real host and a real engine: a run that it starts, shows and closes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Wish } from '../../src-main/contract/wish.ts'
import * as electron from '../support/fake-electron.ts'
import { tinyRecipe } from './support/hosts.ts'

vi.mock('electron', () => import('../support/fake-electron.ts'))

const { app, blockers, ipcMain } = electron
const page = 'app://studio/index.html'
const folder = mkdtempSync(join(tmpdir(), 'grpo-studio-test-'))
let window: electron.FakeWindow
const tray = () => electron.Tray.made[0]
const item = (label: string) => tray().menu.find((one) => one.label === label)
const wishes = () => window.webContents.sent.map(([, wish]) => wish as Wish)
const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 50 })

/** The window asks for the host, as the preload script does. */
function connect(frame = window.webContents.mainFrame) {
  const { port1, port2 } = new MessageChannel()
  ipcMain.emit('start-orpc-server', { ports: [port2], sender: window.webContents, senderFrame: frame })
  return () => {
    port1.close()
    port2.close()
  }
}

beforeAll(async () => {
  const recipe = join(folder, 'mine.json')
  const stages = [{ kind: 'grpo', name: 'first', steps: 400, settings: { maxCompletionTokens: 12 } }]
  writeFileSync(recipe, JSON.stringify(tinyRecipe({ stages })))
  process.argv = ['electron', '.', '--data', join(folder, 'data'), '--recipe', recipe]
  await import('../../src-main/electron/main.ts')
  await until(() => expect(electron.FakeWindow.made).toHaveLength(1))
  window = electron.FakeWindow.made[0]
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the shell', () => {
  test('shows how far the run is in tray and taskbar, and keeps the machine awake', async () => {
    expect(window.loaded).toEqual([page])
    await until(() => expect(tray().tooltip).toMatch(/^#1 A tiny run: running, step [1-9]\d* of 400/))
    expect(window.progress).toEqual([expect.any(Number), { mode: 'normal' }])
    expect(blockers.size).toBe(1)
  })

  test('closing the window leaves the run alone, and says where the window went', () => {
    let stayed = false
    window.emit('close', { preventDefault: () => (stayed = true) })
    expect([stayed, window.hidden]).toEqual([true, true])
    expect(electron.Notification.shown).toHaveLength(1)
    item('Show')!.click!()
    expect(window.hidden).toBe(false)
  })

  test('pauses and goes on from the tray; what is paused lets the machine sleep', async () => {
    item('Pause')!.click!()
    await until(() => expect(item('Go on')).toBeDefined())
    expect(window.progress[1]).toEqual({ mode: 'paused' })
    expect(blockers.size).toBe(0)
    item('Go on')!.click!()
    await until(() => expect(item('Pause')).toBeDefined())
    expect(blockers.size).toBe(1)
  })

  test('tray and menus speak the language that the window chose, and no other frame chooses it', async () => {
    const say = (language: string, frame: unknown = window.webContents.mainFrame) =>
      ipcMain.emit('language', { sender: window.webContents, senderFrame: frame }, language)
    const menu = () => electron.menus.application!.map(({ label }) => label)
    say('zh', { url: 'https://elsewhere.example/', parent: null })
    expect(menu()).toContain('File')
    say('zh')
    expect(menu()).toContain('文件')
    expect(item('暂停')).toBeDefined()
    await until(() => expect(tray().tooltip).toMatch(/^#1 A tiny run：运行中，第 \d+ 步，共 400 步/))
    say('en')
    expect(menu()).toContain('File')
    expect(item('Pause')).toBeDefined()
  })

  test('another start shows this window and hands over what it was to open, which waits until the page listens', async () => {
    const good = join(folder, 'good.grpo')
    writeFileSync(good, JSON.stringify(tinyRecipe()))
    const bad = join(folder, 'bad.grpo')
    writeFileSync(bad, '{ "name": "x", "seed": -1 }')
    const openings = [{ link: 'grpo-studio://run/1?step=2' }, { file: good }, { file: bad }]
    app.emit('second-instance', {}, [], '/', { openings })
    expect(wishes()).toEqual([])
    const close = connect()
    await until(() => expect(wishes()).toHaveLength(3))
    expect(wishes()).toContainEqual({ kind: 'go', address: '#/live/0001-tiny?step=2' })
    expect(wishes()).toContainEqual({ kind: 'recipe', file: good })
    const said = wishes().find(({ kind }) => kind === 'say')
    expect(said).toMatchObject({ title: expect.stringMatching(/bad\.grpo.*seed.*-1/) })
    close()
  })

  test('links and files of macOS come as events', async () => {
    const close = connect()
    let taken = 0
    app.emit('open-url', { preventDefault: () => taken++ }, 'grpo-studio://run/77')
    app.emit('open-file', { preventDefault: () => taken++ }, '/nowhere.grpo')
    await until(() => expect(wishes()).toHaveLength(5))
    expect(taken).toBe(2)
    expect(
      wishes()
        .slice(3)
        .map((wish) => wish.kind),
    ).toEqual(['say', 'say'])
    close()
  })

  test('a frame that is not the page’s own is not heard', () => {
    const foreign = { url: page }
    const { port1, port2 } = new MessageChannel()
    const start = vi.spyOn(port2, 'start')
    ipcMain.emit('start-orpc-server', { ports: [port2], sender: window.webContents, senderFrame: foreign })
    expect(start).not.toHaveBeenCalled()
    port1.close()
    port2.close()
  })

  test('a renderer that ended is loaded again where it was and told of; after three times the person is asked', async () => {
    window.webContents.mainFrame.url = `${page}#/runs`
    for (let i = 0; i < 3; i++) window.webContents.emit('render-process-gone', {}, { reason: 'oom' })
    expect(window.loaded.slice(1)).toEqual(Array(3).fill(`${page}#/runs`))
    expect(electron.asked).toEqual([])
    const close = connect()
    expect(wishes().at(-1)).toMatchObject({ kind: 'say', values: { why: 'it ran out of memory' } })
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
    await until(() => expect(electron.asked).toMatchObject([{ message: 'The window keeps ending' }]))
    close()
  })

  test('quitting pauses the run at a checkpoint before the app goes', async () => {
    item('Quit')!.click!()
    await until(() => expect(app.quits).toBe(2))
    let stayed = false
    window.emit('close', { preventDefault: () => (stayed = true) })
    expect(stayed).toBe(false)
  })
})
