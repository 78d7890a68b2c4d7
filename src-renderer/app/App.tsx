import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { lazy, Suspense, useState } from 'react'
import { useStore } from 'zustand'
import { Hints } from '../parts/Hints.tsx'
import { clustersStore } from '../stores/clusters.ts'
import { labelsStore } from '../stores/labels.ts'
import { retentionStore } from '../stores/retention.ts'
import { schemeStore } from '../stores/scheme.ts'
import { useRoute, useView } from '../stores/use.ts'
import styles from './App.module.css'
import { CommandPalette } from './CommandPalette.tsx'
import { Guard } from './Guard.tsx'
import { pages } from './pages.ts'
import { Rail } from './Rail.tsx'
import { ShortcutsDialog } from './ShortcutsDialog.tsx'
import { theme, variables } from './theme.ts'

const SweepDialog = lazy(() => import('../parts/SweepDialog.tsx').then((m) => ({ default: m.SweepDialog })))
const ImportDialog = lazy(() => import('../parts/import/ImportDialog.tsx').then((m) => ({ default: m.ImportDialog })))
const BranchDialog = lazy(() => import('../parts/BranchDialog.tsx').then((m) => ({ default: m.BranchDialog })))
const RecipeEditDialog = lazy(() =>
  import('../parts/RecipeEditDialog.tsx').then((m) => ({ default: m.RecipeEditDialog })),
)
const ClusterDialog = lazy(() => import('../parts/ray/ClusterDialog.tsx').then((m) => ({ default: m.ClusterDialog })))
const LabelDialog = lazy(() => import('../parts/LabelDialog.tsx').then((m) => ({ default: m.LabelDialog })))
const RetentionDialog = lazy(() =>
  import('../parts/retention/RetentionDialog.tsx').then((m) => ({ default: m.RetentionDialog })),
)
const LaunchDialog = lazy(() => import('../parts/LaunchDialog.tsx').then((m) => ({ default: m.LaunchDialog })))

export function App() {
  const { scheme } = useStore(schemeStore)
  const page = useRoute((route) => route.page)
  const Page = pages[page]
  return (
    <MantineProvider theme={theme} forceColorScheme={scheme} cssVariablesResolver={variables}>
      <div className={styles.shell}>
        <Rail page={page} />
        <main className={styles.page} id="page">
          <Guard key={page}>
            <Suspense>
              <Page />
            </Suspense>
          </Guard>
        </main>
      </div>
      <Suspense>
        <LaunchDialog />
        <RareDialogs />
      </Suspense>
      <CommandPalette />
      <ShortcutsDialog />
      <Hints />
      <Notifications
        position="bottom-right"
        containerWidth="clamp(16.5rem, 21vw - 1rem, 21rem)"
        limit={3}
        classNames={{ root: styles.notifications, notification: styles.notification }}
      />
    </MantineProvider>
  )
}

/** Loaded when one is first asked for, and there from then on. */
function RareDialogs() {
  const sweep = useEver(useView((v) => v.sweep !== null))
  const importing = useEver(useView((v) => v.importing))
  const branch = useEver(useView((v) => v.branching !== null))
  const label = useEver(useStore(labelsStore, ({ asked }) => asked !== null))
  const cluster = useEver(useStore(clustersStore, ({ editing }) => editing !== null))
  const texts = useEver(useStore(retentionStore, ({ asked }) => asked !== null))
  const edit = useEver(useView((v) => v.recipeEdited !== null))
  return (
    <>
      {sweep && <SweepDialog />}
      {importing && <ImportDialog />}
      {branch && <BranchDialog />}
      {cluster && <ClusterDialog />}
      {edit && <RecipeEditDialog />}
      {label && <LabelDialog />}
      {texts && <RetentionDialog />}
    </>
  )
}

function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now)
  if (now && !ever) setEver(true)
  return ever
}
