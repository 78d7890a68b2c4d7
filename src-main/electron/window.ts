/** The window: how it is made, what its page may do, and what happens when its renderer ends. */
import { fileURLToPath } from 'node:url'
import { app, BrowserWindow, dialog, type WebPreferences } from 'electron'
import type { Inbox } from './inbox.ts'
import { page, pageAt } from './own-page.ts'
import { Recoveries, whyGone } from './recoveries.ts'
import { t } from './text.ts'
import { lastWindowState, rememberWindowState } from './window-state.ts'

const preferences: WebPreferences = {
  preload: fileURLToPath(new URL('../preload/preload.cjs', import.meta.url)),
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
  webviewTag: false,
  navigateOnDragDrop: false,
}

export function openWindow(inbox: Inbox): BrowserWindow {
  const { bounds, maximized } = lastWindowState()
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 900,
    minHeight: 600,
    title: 'grpo-studio',
    show: false,
    webPreferences: preferences,
  })
  if (maximized) window.maximize()
  rememberWindowState(window)
  recover(window, inbox)
  window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) inbox.deaf()
  })
  window.once('ready-to-show', () => window.show())
  void window.loadURL(page)
  return window
}

/** The host and its run live in another process: they go on meanwhile. */
function recover(window: BrowserWindow, inbox: Inbox): void {
  const recoveries = new Recoveries()
  window.webContents.on('render-process-gone', (_, { reason }) => {
    const place = pageAt(window.webContents.getURL())
    const next = recoveries.next(reason, Date.now())
    if (next === 'none') return
    inbox.deaf()
    if (next === 'reload') {
      inbox.add({
        kind: 'say',
        title: 'The window was loaded again',
        message: 'Its process had ended ({{why}}). The host and its run went on.',
        values: { why: whyGone(reason) },
      })
      void window.loadURL(place)
      return
    }
    void askAgain(window, whyGone(reason)).then((again) => {
      if (!again) return app.quit()
      recoveries.forget()
      void window.loadURL(place)
    })
  })
}

async function askAgain(window: BrowserWindow, why: string): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: t('The window keeps ending'),
    detail: t('Its process has ended several times within a minute ({{why}}). The run goes on meanwhile.', { why }),
    buttons: [t('Load again'), t('Quit')],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 0
}

export function show(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}
