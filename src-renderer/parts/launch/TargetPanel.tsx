import { useStore } from 'zustand'
import type { TrainerRefusal } from '../../../src-main/contract/trainer-refusals.ts'
import type { LaunchOrder } from '../../actions/launch.ts'
import { clustersStore, tryCluster } from '../../stores/clusters.ts'
import { api } from '../../stores/host.ts'
import { type Resource, useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import { valueWords } from '../../text/value.ts'
import { Problem } from '../Problem.tsx'
import styles from '../ray/Cluster.module.css'
import { ClusterFacts } from '../ray/ClusterFacts.tsx'

/** What of the order the cluster's trainer cannot honour; null asks for nothing. */
export function useRefusals(
  order: LaunchOrder | null,
  cluster: string,
): Resource<TrainerRefusal[]> & { key: string | null } {
  const asked = order && cluster ? { recipe: order.recipe, assignments: order.assignments, cluster } : null
  const key = asked && JSON.stringify(asked)
  const found = useResource(key, () => api().ray.refusals(asked!))
  return key !== null && found.key === key ? found : { data: null, error: null, key: null }
}

/** In place of the estimate, of a run on a cluster: whether it is there, what it has, and what it cannot do. */
export function TargetPanel({ target, refusals }: { target: string; refusals: Resource<TrainerRefusal[]> }) {
  const { clusters } = useStore(clustersStore)
  const cluster = clusters?.find(({ name }) => name === target)
  const key = cluster ? JSON.stringify(cluster) : null
  const { data, error, key: answered } = useResource(key, () => tryCluster(cluster!))
  const current = answered === key
  return (
    <section className={styles.form} aria-label={t('Cluster')}>
      {refusals.data && refusals.data.length > 0 && <Refusals refusals={refusals.data} />}
      {refusals.error && <Problem explanation={refusals.error} />}
      {current && data && <ClusterFacts state={data} />}
      {current && error && <Problem explanation={error} />}
      {!current && <p className={`${styles.facts} ${styles.waiting}`}>{t('Connecting…')}</p>}
    </section>
  )
}

function Refusals({ refusals }: { refusals: TrainerRefusal[] }) {
  return (
    <div className={styles.refusals} role="alert">
      <p>{t('This cluster cannot train the recipe as it stands, and nothing of it would be dropped in silence:')}</p>
      <ul>
        {refusals.map(({ path, value, why, hint }) => (
          <li key={path}>
            <code className="mono">
              {path}
              {typeof value === 'object' || value === undefined ? '' : ` = ${valueWords(value)}`}
            </code>
            : {why}.<span>{hint}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}
