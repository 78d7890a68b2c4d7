import { Skeleton } from '@mantine/core'
import { useDeferredValue } from 'react'
import { FirstRun } from '../../parts/FirstRun.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { useConnection, useLive, useRoute, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { GroupsPanel } from './groups/GroupsPanel.tsx'
import { Header } from './header/Header.tsx'
import { InsertStageDialog } from './header/InsertStageDialog.tsx'
import { HeldOutPanel } from './held-out/HeldOutPanel.tsx'
import { EndJobDialog } from './job/EndJobDialog.tsx'
import { LogDrawer } from './job/LogDrawer.tsx'
import { Metrics } from './metrics/Metrics.tsx'
import styles from './Page.module.css'
import { Reader } from './reader/Reader.tsx'
import { StopDialog } from './StopDialog.tsx'
import { SteeringPanel } from './steer/SteeringPanel.tsx'

export function LivePage() {
  const { runs } = useRuns()
  const runId = useLive((s) => s.runId)
  // The page answers a click with its header at once; the rest is built in slices that let other input through.
  const whole = useDeferredValue(true, false)
  if (runs && runs.length === 0 && !runId) return <FirstRun />
  return (
    <div className={styles.page}>
      <Header />
      {whole ? (
        <Body />
      ) : (
        <div className={styles.body}>
          <div className={styles.main} />
        </div>
      )}
      <StopDialog />
      <InsertStageDialog />
      <EndJobDialog />
      <LogDrawer />
    </div>
  )
}

function Body() {
  const runId = useLive((s) => s.runId)
  const error = useLive((s) => s.error)
  const { status } = useConnection()
  const opened = useRoute((route) => (route.page === 'live' ? route.opened : null))
  return (
    <div className={styles.body}>
      <div className={styles.shown}>
        <div className={styles.main}>
          {/* What is shown stays while the line is cut; a window that is not let in has to be told where to go. */}
          {(status === 'refused' || !runId) && <Unreachable />}
          {error ? (
            <Problem explanation={error} title={t('This run cannot be shown')} />
          ) : runId ? (
            <>
              <Metrics />
              <div className={styles.lower}>
                <GroupsPanel />
                <HeldOutPanel />
              </div>
            </>
          ) : status === 'refused' || status === 'lost' ? null : (
            <Skeleton className={styles.waiting} animate={false} />
          )}
        </div>
        {opened && runId && !error && <Reader opened={opened} />}
      </div>
      <SteeringPanel />
    </div>
  )
}
