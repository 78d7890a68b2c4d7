import type { RunStatus } from '../../src-main/contract/records.ts'
import { t } from '../text/t.ts'
import styles from './Status.module.css'

const words: Record<RunStatus, string> = {
  starting: t('starting'),
  running: t('running'),
  paused: t('paused'),
  finished: t('finished'),
  stopped: t('stopped'),
  failed: t('failed'),
  interrupted: t('interrupted'),
  abandoned: t('abandoned'),
}

/** A run's status as a sign and a word; `stale`: the host is not heard, so it may have changed. */
export function Status({ status, stale }: { status: RunStatus; stale?: boolean }) {
  return (
    <span className={styles.status} data-status={status} data-stale={stale}>
      <span className={styles.sign} aria-hidden="true" />
      {words[status]}
      {stale && t(' when last heard')}
    </span>
  )
}
