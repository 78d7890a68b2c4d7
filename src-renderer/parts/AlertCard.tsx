import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { AlertRecord, Evidence } from '../../src-main/contract/records.ts'
import { moment } from '../format/time.ts'
import { t } from '../text/t.ts'
import styles from './AlertCard.module.css'
import type { Help } from './alertHelp.ts'

/** An alert: where, what, what helps, the samples that show it, and what can be done at once. */
export function AlertCard(props: {
  alert: AlertRecord
  /** Before the step, where alerts of several runs are listed. */
  head?: ReactNode
  helps: readonly Help[]
  onStep(): void
  onEvidence(place: Evidence): void
  onHelp(help: Help): void
}) {
  const { alert, head, helps, onStep, onEvidence, onHelp } = props
  return (
    <article className={styles.alert}>
      <header className={styles.head}>
        {head}
        <button type="button" className={styles.when} onClick={onStep}>
          <i aria-hidden="true">▲</i> {t('step {{step}}', { step: alert.step })} · {moment(alert.at)}
        </button>
      </header>
      <p>{alert.message}</p>
      {alert.hint && <p className={styles.help}>{alert.hint}</p>}
      {alert.evidence.length > 0 && (
        <p className={styles.evidence}>
          {t('Look at')}
          {alert.evidence.map((place) => (
            <button key={`${place.group} ${place.sample}`} type="button" onClick={() => onEvidence(place)}>
              {t('group {{group}}, sample {{sample}}', { group: place.group + 1, sample: place.sample + 1 })}
            </button>
          ))}
        </p>
      )}
      {helps.length > 0 && (
        <div className={styles.helps}>
          {helps.map((help) => (
            <Button key={help.name} size="compact-xs" variant="default" onClick={() => onHelp(help)}>
              {help.name}
            </Button>
          ))}
        </div>
      )}
    </article>
  )
}
