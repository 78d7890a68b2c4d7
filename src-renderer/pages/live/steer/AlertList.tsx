import { memo, useEffect, useMemo } from 'react'
import type { AlertRecord } from '../../../../src-main/contract/records.ts'
import { openGroup, showStep } from '../../../actions/groups.ts'
import { AlertCard } from '../../../parts/AlertCard.tsx'
import { helpFor } from '../../../parts/alertHelp.ts'
import { alertsStore, markSeen } from '../../../stores/alerts.ts'
import { useLive } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Story.module.css'

/** Past this the oldest alerts are only counted: what helps is asked of the newest. */
const most = 100
/** Shown so long in a window that is in front, an alert was seen. */
const seenAfterMs = 3000

export const AlertList = memo(function AlertList() {
  const alerts = useLive((s) => s.alerts)
  const newestFirst = useMemo(() => [...alerts].reverse(), [alerts])
  useEffect(() => {
    const timer = setTimeout(() => {
      const ids = newestFirst.slice(0, most).flatMap(({ id }) => (id > 0 ? id : []))
      if (document.hasFocus() && ids.length > 0 && alertsStore.getState().unseen > 0) void markSeen(ids)
    }, seenAfterMs)
    return () => clearTimeout(timer)
  }, [newestFirst])
  if (alerts.length === 0)
    return (
      <p className={styles.none}>
        {t(
          'No alert. A jump of KL, groups without signal, cut answers, a loss that is no number, or a reward that is got without what it is meant for would be told here.',
        )}
      </p>
    )
  return (
    <div className={styles.scroller}>
      <ol aria-label={t('Alerts')} aria-live="polite">
        {newestFirst.slice(0, most).map((alert) => (
          <li key={alert.id} className={styles.entry}>
            <Entry alert={alert} />
          </li>
        ))}
      </ol>
      {newestFirst.length > most && (
        <p className={styles.none}>{t('and {{length}} older ones', { length: newestFirst.length - most })}</p>
      )}
    </div>
  )
})

const Entry = memo(function Entry({ alert }: { alert: AlertRecord }) {
  const detail = useDetail()
  const seen = () => {
    if (alert.id > 0) void markSeen([alert.id])
  }
  return (
    <AlertCard
      alert={alert}
      helps={detail?.source === null ? helpFor(alert.kind, detail.settings, detail.status) : []}
      onStep={() => {
        seen()
        showStep(alert.step)
      }}
      onEvidence={({ step, group, sample }) => {
        seen()
        openGroup(step, group, sample)
      }}
      onHelp={(help) => {
        seen()
        if (detail) help.run(detail.settings, alert.step)
      }}
    />
  )
})
