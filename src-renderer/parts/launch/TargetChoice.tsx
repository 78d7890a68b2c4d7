import { Select } from '@mantine/core'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { engineName } from '../../../src-main/contract/engines.ts'
import { clustersStore, editCluster, loadClusters } from '../../stores/clusters.ts'
import { t } from '../../text/t.ts'

const HERE = ''
const ADD = ' add'

interface Props {
  /** Name of a cluster; empty: this machine. */
  target: string
  onChange(target: string): void
}

/** Where the run is trained. */
export function TargetChoice({ target, onChange }: Props) {
  const { clusters, newest } = useStore(clustersStore)
  useEffect(() => {
    // who adds one from here means to use it
    clustersStore.setState({ newest: null })
    void loadClusters()
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a cluster that was just saved is taken
  useEffect(() => {
    if (newest) onChange(newest)
  }, [newest])
  const known = clusters?.some(({ name }) => name === target)
  return (
    <Select
      label={t('Train on')}
      allowDeselect={false}
      value={known ? target : HERE}
      onChange={(value) => (value === ADD ? editCluster(null) : onChange(value ?? HERE))}
      data={[
        { value: HERE, label: t('this machine') },
        ...(clusters ?? []).map(({ name, trainer, ssh }) => ({
          value: name,
          label: ssh
            ? t('{{name}}: Ray through {{host}}, {{trainer}}', {
                name,
                host: ssh.host,
                trainer: engineName(trainer),
              })
            : t('{{name}}: Ray, {{trainer}}', { name, trainer: engineName(trainer) }),
        })),
        { value: ADD, label: t('a Ray cluster…') },
      ]}
    />
  )
}
