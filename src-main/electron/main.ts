/** The Electron shell: one window on the same host that browser mode serves. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RPCHandler } from '@orpc/server/message-port'
import { app, type BrowserWindow, dialog, ipcMain, Notification } from 'electron'
import { Progress } from '../cli/progress.ts'
import { reportOf } from '../contract/errors.ts'
import { makeApi, rpcOptions } from '../host/api.ts'
import { diagnose } from '../host/diagnose.ts'
import { engineEntry, projectFolder } from '../host/entries.ts'
import { Host } from '../host/host.ts'
import { startTrainerListener, type TrainerListener } from '../host/ingest/listener.ts'
import { recipeSource } from '../host/recipe-edit.ts'
import { loadRecipe } from '../host/recipes.ts'
import { builtWindow, tokenOf } from '../host/server.ts'
import { version } from '../host/version.ts'
import { defaultDataFolder } from '../store/folder.ts'
import { type Arguments, readArguments } from './arguments.ts'
import { startUtilityEngine } from './engine.ts'
import { forbidTheWeb } from './guard.ts'
import { Inbox } from './inbox.ts'
import { scheme } from './links.ts'
import { setMenu } from './menu.ts'
import { type Facts, type Opening, openingsIn, openingsOf, wishOf } from './openings.ts'
import { isOwnFrame } from './own-page.ts'
import { declareScheme, servePages } from './pages.ts'
import { Shell } from './shell.ts'
import { staysInTray } from './shell-state.ts'
import { speak, t } from './text.ts'
import { openWindow, show } from './window.ts'

const inbox = new Inbox()
/** What was asked to be opened, until there is a host to ask about it. */
let openings = openingsIn(process.argv.slice(1), process.cwd())
let open = (opening: Opening) => void openings.push(opening)
let window: BrowserWindow | undefined

if (app.requestSingleInstanceLock({ openings })) {
  declareScheme()
  hearOpenings()
  void app.whenReady().then(start)
} else app.quit()

/** On macOS they come as events, the first ones before the app is ready. */
function hearOpenings(): void {
  app.on('second-instance', (_event, _argv, _folder, handedOver) => {
    if (window) show(window)
    for (const opening of openingsOf(handedOver)) open(opening)
  })
  app.on('open-url', (event, link) => {
    event.preventDefault()
    open({ link })
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    open({ file })
  })
  app.on('activate', () => window && show(window))
}

async function start(): Promise<void> {
  try {
    const args = readArguments(process.argv)
    const host = openHost(args)
    speak(app.getLocale())
    forbidTheWeb()
    servePages(builtWindow)
    if (app.isPackaged) app.setAsDefaultProtocolClient(scheme)
    serveApi(host, args)
    const trainers = listenForTrainers(host)
    window = openWindow(inbox)
    const desktop = new Shell(host, window, join(fileURLToPath(projectFolder), 'resources', 'icons'))
    closeInOrder(host, window, desktop, trainers)
    openFor(host, window)
    const menu = () => setMenu(host.dataFolder, (opening) => open(opening))
    menu()
    hearLanguage(() => {
      menu()
      desktop.sayAgain()
    })
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

/** From now on, and what came before. */
function openFor(host: Host, window: BrowserWindow): void {
  const facts: Facts = {
    runId: async (number) => (await host.ask.run(String(number))).id,
    checkRecipe: (file) => void loadRecipe(file, []),
  }
  open = (opening) => {
    show(window)
    void wishOf(opening, facts).then((wish) => inbox.add(wish))
  }
  const before = openings
  openings = []
  before.forEach(open)
}

/** The run is paused at a checkpoint before the app goes; one that trains goes on without its window. */
function closeInOrder(
  host: Host,
  window: BrowserWindow,
  shell: Shell,
  trainers: Promise<TrainerListener | undefined>,
): void {
  let closed = false
  let quitting = false
  let told = false
  app.on('before-quit', (event) => {
    quitting = true
    if (closed) return
    event.preventDefault()
    const all = host.close().then(async () => (await trainers)?.close())
    void all.finally(() => {
      closed = true
      app.quit()
    })
  })
  window.on('close', (event) => {
    if (!staysInTray(shell.state, shell.tray !== undefined, quitting)) return
    event.preventDefault()
    window.hide()
    if (!told)
      new Notification({ title: t('Training goes on'), body: t('The tray brings the window back, and quits.') }).show()
    told = true
  })
  app.on('window-all-closed', () => app.quit())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

/** The app is there without it. */
async function listenForTrainers(host: Host): Promise<TrainerListener | undefined> {
  try {
    return await startTrainerListener({ host, token: tokenOf(host.dataFolder) })
  } catch (error) {
    console.error(`grpo-studio: trainers cannot report here: ${reportOf(error).message}`)
    return undefined
  }
}

/** The window says which one its person chose. */
function hearLanguage(changed: () => void): void {
  ipcMain.on('language', ({ sender, senderFrame }, wish) => {
    if (!isOwnFrame(senderFrame, sender)) return
    if (speak(wish)) changed()
  })
}

/** To the page's own frame alone. That it asks for the host says that it listens. */
function serveApi(host: Host, args: Arguments): void {
  const api = makeApi({
    host,
    info: { version, mode: 'electron', launched: args.recipe ?? null },
    diagnose: () => diagnose(host.dataFolder),
  })
  const handler = new RPCHandler(api, rpcOptions)
  ipcMain.on('start-orpc-server', ({ ports, sender, senderFrame }) => {
    if (!isOwnFrame(senderFrame, sender)) return
    handler.upgrade(ports[0])
    ports[0].start()
    inbox.listens((wish) => sender.send('wish', wish))
  })
}
