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
}

/** A run's status as a sign and a word. */
export function Status({ status }: { status: RunStatus }) {
  return (
    <span className={styles.status} data-status={status}>
      <span className={styles.sign} aria-hidden="true" />
      {words[status]}
    </span>
  )
}
