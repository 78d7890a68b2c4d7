import { ActionIcon, Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { engineName } from '../../../src-main/contract/engines.ts'
import type { Cluster, ClusterState } from '../../../src-main/contract/ray.ts'
import { addCluster } from '../../actions/ray.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { hint } from '../../parts/hint.ts'
import { ClusterFacts } from '../../parts/ray/ClusterFacts.tsx'
import { undoable } from '../../parts/undoable.ts'
import {
  clustersStore,
  editCluster,
  loadClusters,
  removeCluster,
  saveCluster,
  tryCluster,
} from '../../stores/clusters.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import styles from './Page.module.css'

/** Ray clusters on which runs can be trained. */
export function Clusters() {
  const { clusters, error } = useStore(clustersStore)
  const { status } = useConnection()
  useEffect(() => {
    if (status === 'connected') void loadClusters()
  }, [status])
  return (
    <>
      {clusters?.map((cluster) => (
        <Row key={cluster.name} cluster={cluster} />
      ))}
      <div className={styles.row}>
        <div>
          {clusters?.length === 0 && <b>{t('No cluster yet')}</b>}
          <p>
            {error
              ? `${error.message} ${error.hint}`
              : t(
                  'A recipe can be trained on a Ray cluster in place of this machine; watching and steering stay here.',
                )}
          </p>
        </div>
        <ActionButton action={addCluster} size="compact-sm" variant="default" />
      </div>
    </>
  )
}

type Tried = 'now' | { state: ClusterState } | { problem: Explanation } | null

function Row({ cluster }: { cluster: Cluster }) {
  const { name, address, ssh, trainer, workers } = cluster
  const [tried, setTried] = useState<Tried>(null)
  const attempt = async () => {
    setTried('now')
    try {
      setTried({ state: await tryCluster(cluster) })
    } catch (error) {
      setTried({ problem: explain(error) })
    }
  }
  const remove = async () => {
    if (await removeCluster(name))
      undoable(t('The cluster {{name}} was removed.', { name }), () => void saveCluster(cluster, null))
  }
  return (
    <div className={styles.row}>
      <div className={styles.cluster}>
        <b>{name}</b>
        <p>
          <span className="mono">{address}</span>
          {ssh && ` ${t('through {{host}}', { host: ssh.host })}`} · {engineName(trainer)} ·{' '}
          {t('{{count}} workers', { count: workers.count })}
        </p>
        {tried === 'now' && <p role="status">{t('Connecting…')}</p>}
        {tried && tried !== 'now' && 'state' in tried && <ClusterFacts state={tried.state} />}
        {tried && tried !== 'now' && 'problem' in tried && (
          <p className={styles.wrong} role="alert">
            {tried.problem.message} {tried.problem.hint}
          </p>
        )}
      </div>
      <span className={styles.buttons}>
        <Button
          size="compact-sm"
          variant="default"
          disabled={tried === 'now'}
          onClick={() => void attempt()}
          aria-label={t('Try {{name}}', { name })}
        >
          {t('Try')}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => editCluster(cluster)}
          aria-label={t('Change {{name}}', { name })}
        >
          {t('Change…')}
        </Button>
        <ActionIcon
          {...hint(t('Remove {{name}}', { name }))}
          variant="subtle"
          color="gray"
          aria-label={t('Remove {{name}}', { name })}
          onClick={() => void remove()}
        >
          <IconTrash size="1rem" stroke={1.7} aria-hidden="true" />
        </ActionIcon>
      </span>
    </div>
  )
}
