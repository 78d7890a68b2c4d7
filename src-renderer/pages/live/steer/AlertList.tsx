import { Button } from '@mantine/core'
import { memo, useMemo } from 'react'
import type { AlertRecord } from '../../../../src-main/contract/records.ts'
import { openGroup, showStep } from '../../../actions/groups.ts'
import { moment } from '../../../format/time.ts'
import { useLive } from '../../../stores/use.ts'
import { useDetail } from '../data.ts'
import { helpFor } from './alertHelp.ts'
import styles from './Story.module.css'

/** Past this the oldest alerts are only counted: what helps is asked of the newest. */
const most = 100

export const AlertList = memo(function AlertList() {
  const alerts = useLive((s) => s.alerts)
  const newestFirst = useMemo(() => [...alerts].reverse(), [alerts])
  if (alerts.length === 0)
    return (
      <p className={styles.none}>
        No alert. A jump of KL, groups without signal, cut answers, a loss that is no number, or a reward that is got
        without what it is meant for would be told here.
      </p>
    )
  return (
    <div className={styles.scroller}>
      <ol aria-label="Alerts" aria-live="polite">
        {newestFirst.slice(0, most).map((alert) => (
          <li key={alert.id}>
            <Entry alert={alert} />
          </li>
        ))}
      </ol>
      {newestFirst.length > most && <p className={styles.none}>and {newestFirst.length - most} older ones</p>}
    </div>
  )
})

const Entry = memo(function Entry({ alert }: { alert: AlertRecord }) {
  const detail = useDetail()
  const helps = detail ? helpFor(alert.kind, detail.settings, detail.status) : []
  return (
    <article className={styles.alert}>
      <button type="button" className={styles.when} onClick={() => showStep(alert.step)}>
        <i aria-hidden="true">▲</i> step {alert.step} · {moment(alert.at)}
      </button>
      <p>{alert.message}</p>
      {alert.hint && <p className={styles.help}>{alert.hint}</p>}
      {alert.evidence.length > 0 && (
        <p className={styles.evidence}>
          Look at
          {alert.evidence.map(({ step, group, sample }) => (
            <button key={`${group} ${sample}`} type="button" onClick={() => openGroup(step, group, sample)}>
              group {group + 1}, sample {sample + 1}
            </button>
          ))}
        </p>
      )}
      {detail && helps.length > 0 && (
        <div className={styles.helps}>
          {helps.map((help) => (
            <Button
              key={help.name}
              size="compact-xs"
              variant="default"
              onClick={() => help.run(detail.settings, alert.step)}
            >
              {help.name}
            </Button>
          ))}
        </div>
      )}
    </article>
  )
})
