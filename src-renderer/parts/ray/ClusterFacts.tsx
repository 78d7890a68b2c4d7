import { IconPlugConnected } from '@tabler/icons-react'
import type { ClusterState } from '../../../src-main/contract/ray.ts'
import { t } from '../../text/t.ts'
import styles from './Cluster.module.css'

/** What a cluster answered: that it is there, and what it has. */
export function ClusterFacts({ state }: { state: ClusterState }) {
  const { rayVersion, nodes, cpus, gpus, freeCpus, freeGpus } = state
  const of = (total: number, free: number | null) =>
    free === null ? String(total) : t('{{free}} free of {{total}}', { free, total })
  return (
    <p className={styles.facts} role="status">
      <IconPlugConnected size="1rem" stroke={1.7} aria-hidden="true" />
      <span>
        {t('Ray')} <b>{rayVersion}</b>
      </span>
      <span>
        {t('nodes')} <b>{nodes}</b>
      </span>
      <span>
        {t('CPUs')} <b>{of(cpus, freeCpus)}</b>
      </span>
      <span>
        {t('GPUs')} <b>{gpus === 0 ? t('none') : of(gpus, freeGpus)}</b>
      </span>
    </p>
  )
}
