/** The Electron shell: one window on the same host that browser mode serves. */
import { fileURLToPath } from 'node:url'
import { RPCHandler } from '@orpc/server/message-port'
import { app, BrowserWindow, dialog, ipcMain, session } from 'electron'
import { Progress } from '../cli/progress.ts'
import { reportOf } from '../contract/errors.ts'
import { makeApi, rpcOptions } from '../host/api.ts'
import { diagnose } from '../host/diagnose.ts'
import { engineEntry } from '../host/entries.ts'
import { Host } from '../host/host.ts'
import { recipeSource } from '../host/recipe-edit.ts'
import { loadRecipe } from '../host/recipes.ts'
import { builtWindow } from '../host/server.ts'
import { version } from '../host/version.ts'
import { defaultDataFolder } from '../store/folder.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { startUtilityEngine } from './engine.ts'
import { setMenu } from './menu.ts'
import { declareScheme, page, servePages } from './pages.ts'
import { lastWindowState, rememberWindowState } from './window-state.ts'

let window: BrowserWindow | undefined

if (app.requestSingleInstanceLock()) {
  declareScheme()
  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore()
    window?.focus()
  })
  void app.whenReady().then(start)
} else app.quit()

async function start(): Promise<void> {
  try {
    const args = readArguments(process.argv)
    const host = openHost(args)
    closeInOrder(host)
    forbidTheWeb()
    servePages(builtWindow)
    setMenu(host.dataFolder)
    openWindow(host, args)
    if (args.recipe) {
      const recipe = loadRecipe(args.recipe, args.assignments)
      const source = recipeSource(args.recipe, args.assignments)
      await host.launch(recipe, args.backend, false, undefined, source)
    }
  } catch (error) {
    const { message, hint } = reportOf(error)
    console.error(`grpo-studio: ${message}\n  ${hint}`)
    dialog.showErrorBox(message, hint)
    app.exit(1)
  }
}

function openHost({ data }: Arguments): Host {
  const host = new Host({
    dataFolder: data ?? defaultDataFolder(),
    command: 'grpo-studio',
    startEngine: () => startUtilityEngine(engineEntry),
  })
  void showProgress(host)
  return host
}

/** In the terminal that it was started from. */
async function showProgress(host: Host): Promise<void> {
  const progress = new Progress()
  for await (const event of host.subscribe()) progress.show(event)
}

/** The run is paused at a checkpoint before the app goes. */
function closeInOrder(host: Host): void {
  let closed = false
  app.on('before-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void host.close().finally(() => {
      closed = true
      app.quit()
    })
  })
  app.on('window-all-closed', () => app.quit())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

function openWindow(host: Host, args: Arguments): void {
  const api = makeApi({
    host,
    info: { version, mode: 'electron', launched: args.recipe ?? null },
    diagnose: () => diagnose(host.dataFolder),
  })
  const handler = new RPCHandler(api, rpcOptions)
  ipcMain.on('start-orpc-server', ({ ports, senderFrame }) => {
    if (senderFrame?.url.startsWith(page.slice(0, page.lastIndexOf('/'))) !== true) return
    handler.upgrade(ports[0])
    ports[0].start()
  })
  const { bounds, maximized } = lastWindowState()
  window = new BrowserWindow({
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    title: 'grpo-studio',
    show: false,
    webPreferences: {
      preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  })
  if (maximized) window.maximize()
  rememberWindowState(window)
  window.once('ready-to-show', () => window?.show())
  void window.loadURL(page)
}

/** The window shows its own page and nothing else, and asks for nothing. */
function forbidTheWeb(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  const allowed = (permission: string) => permission === 'notifications'
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => allowed(permission))
}
