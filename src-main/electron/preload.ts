/** The only bridge into the window: it says which transport there is, and passes on the port that the contract runs over. */
import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('grpoStudio', { transport: 'message-port' })

window.addEventListener('message', ({ source, data, ports }) => {
  if (source === window && data === 'start-orpc-client') ipcRenderer.postMessage('start-orpc-server', null, [ports[0]])
})
