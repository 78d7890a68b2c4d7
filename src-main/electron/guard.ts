/** The window shows its own page and nothing else, and asks for nothing. */
import { app, session } from 'electron'
import { isOwnPage } from './own-page.ts'

export function forbidTheWeb(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault())
    contents.on('will-redirect', (event) => event.preventDefault())
    contents.on('will-frame-navigate', (event) => {
      if (!isOwnPage(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  })
  session.defaultSession.setPermissionRequestHandler((_contents, permission, answer) => answer(mayAsk(permission)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => mayAsk(permission))
  session.defaultSession.setDevicePermissionHandler(() => false)
}

/** Its own notifications, and what it copies at a click. */
const mayAsk = (permission: string) => permission === 'notifications' || permission === 'clipboard-sanitized-write'
