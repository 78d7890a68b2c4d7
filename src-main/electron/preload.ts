/** The only bridge into the window: which transport there is, the port that the contract runs over, and what the shell wishes. */
import { contextBridge, ipcRenderer } from 'electron'
import type { Wish } from '../contract/wish.ts'

contextBridge.exposeInMainWorld('grpoStudio', {
  transport: 'message-port',
  // the wish alone: the event would lead to what sent it
  onWish: (listener: (wish: Wish) => void) => void ipcRenderer.on('wish', (_event, wish: Wish) => listener(wish)),
  // what the tray and the menus say is in the window's language
  speak: (language: string) => ipcRenderer.send('language', language),
})

window.addEventListener('message', ({ source, data, ports }) => {
  if (source === window && data === 'start-orpc-client') ipcRenderer.postMessage('start-orpc-server', null, [ports[0]])
})
