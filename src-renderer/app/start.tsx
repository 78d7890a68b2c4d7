import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { stayConnected } from '../stores/host.ts'
import { watchInput } from '../stores/input.ts'
import { announceEvents } from '../stores/listen.ts'
import { followAddress } from '../stores/route.ts'
import { rememberRunList } from '../stores/run-list.ts'
import { followShell } from '../stores/shell.ts'
import { App } from './App.tsx'
import { listenToKeys } from './keyboard.ts'

export function start(): void {
  followAddress()
  rememberRunList()
  watchInput(window)
  listenToKeys()
  announceEvents()
  followShell()
  void stayConnected()

  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
