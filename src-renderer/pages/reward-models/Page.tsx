import { Skeleton } from '@mantine/core'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { loadRewardModels, rewardModelsStore } from '../../stores/reward-models.ts'
import { useConnection, useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Comparison } from './Comparison.tsx'
import { List } from './List.tsx'
import styles from './Page.module.css'
import { Report } from './Report.tsx'
import { Train } from './Train.tsx'

/** The reward models that were trained here, one of them opened or several compared, and training another. */
export function RewardModelsPage() {
  const { models, error } = useStore(rewardModelsStore)
  const { status } = useConnection()
  const route = useRoute((r) => r)
  const names = route.page === 'reward-models' ? route.names : []
  useEffect(() => {
    if (status === 'connected') void loadRewardModels()
  }, [status])
  return (
    <div className={styles.page}>
      <List models={models} names={names} />
      <div className={styles.body} key={names.join()}>
        <Unreachable />
        {error && <Problem explanation={error} title={t('The reward models could not be listed')} />}
        {models ? <Opened names={names} /> : !error && <Skeleton height="16rem" m="1.5rem" animate={false} />}
      </div>
    </div>
  )
}

function Opened({ names }: { names: readonly string[] }) {
  const { models } = useStore(rewardModelsStore)
  if (names.length === 0) return <Train />
  if (names.length > 1) return <Comparison names={names} />
  const model = models?.find((one) => one.name === names[0])
  if (model) return <Report model={model} />
  return (
    <Problem
      explanation={{
        message: t('There is no reward model {{names}} here.', { names: names[0] }),
        hint: t('It may have been removed, or is still being trained.'),
      }}
    />
  )
}
