import type { RunStatus } from '../../src-main/contract/records.ts'
import styles from './Status.module.css'

const words: Record<RunStatus, string> = {
  starting: 'starting',
  running: 'running',
  paused: 'paused',
  finished: 'finished',
  stopped: 'stopped',
  failed: 'failed',
  interrupted: 'interrupted',
  abandoned: 'abandoned',
}

/** A run's status as a sign and a word; `stale`: the host is not heard, so it may have changed. */
export function Status({ status, stale }: { status: RunStatus; stale?: boolean }) {
  return (
    <span className={styles.status} data-status={status} data-stale={stale}>
      <span className={styles.sign} aria-hidden="true" />
      {words[status]}
      {stale && ' when last heard'}
    </span>
  )
}
