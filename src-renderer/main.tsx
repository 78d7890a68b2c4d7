import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import './app/global.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { listenToKeys } from './app/keyboard.ts'
import { stayConnected } from './stores/host.ts'
import { watchInput } from './stores/input.ts'
import { announceEvents } from './stores/listen.ts'
import { followAddress } from './stores/route.ts'
import { rememberRunList } from './stores/run-list.ts'

followAddress()
rememberRunList()
watchInput(window)
listenToKeys()
announceEvents()
void stayConnected()

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
