import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { lazy, Suspense } from 'react'
import { useStore } from 'zustand'
import { LivePage } from '../pages/live/Page.tsx'
import { schemeStore } from '../stores/scheme.ts'
import { useRoute } from '../stores/use.ts'
import styles from './App.module.css'
import { CommandPalette } from './CommandPalette.tsx'
import { Guard } from './Guard.tsx'
import { Rail } from './Rail.tsx'
import { ShortcutsDialog } from './ShortcutsDialog.tsx'
import { theme, variables } from './theme.ts'

const RunsPage = lazy(() => import('../pages/runs/Page.tsx').then((m) => ({ default: m.RunsPage })))
const SystemPage = lazy(() => import('../pages/system/Page.tsx').then((m) => ({ default: m.SystemPage })))
const LaunchDialog = lazy(() => import('../parts/LaunchDialog.tsx').then((m) => ({ default: m.LaunchDialog })))

export function App() {
  const { scheme } = useStore(schemeStore)
  const page = useRoute((route) => route.page)
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme} cssVariablesResolver={variables}>
      <div className={styles.shell}>
        <Rail page={page} />
        <main className={styles.page} id="page">
          <Guard key={page}>
            <Suspense>
              {page === 'live' && <LivePage />}
              {page === 'runs' && <RunsPage />}
              {page === 'system' && <SystemPage />}
            </Suspense>
          </Guard>
        </main>
      </div>
      <Suspense>
        <LaunchDialog />
      </Suspense>
      <CommandPalette />
      <ShortcutsDialog />
      <Notifications
        position="bottom-left"
        limit={4}
        classNames={{ root: styles.notifications, notification: styles.notification }}
      />
    </MantineProvider>
  )
}
