import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { heard } from '../stores/connection.ts'
import { stayConnected } from '../stores/host.ts'
import { watchInput } from '../stores/input.ts'
import { announceEvents } from '../stores/listen.ts'
import { lookAsAddressed } from '../stores/look.ts'
import { notifyOutside } from '../stores/notify.ts'
import { followAddress } from '../stores/route.ts'
import { rememberRunList } from '../stores/run-list.ts'
import { followShell } from '../stores/shell.ts'
import { ownToken } from '../transport/client.ts'
import { letNeighboursIn } from '../transport/neighbour.ts'
import { App } from './App.tsx'
import { listenToKeys } from './keyboard.ts'

export function start(): void {
  followAddress()
  lookAsAddressed()
  rememberRunList()
  watchInput(window)
  listenToKeys()
  announceEvents()
  notifyOutside()
  followShell()
  void stayConnected()
  letNeighboursIn(() => (heard() ? ownToken() : null))

  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
