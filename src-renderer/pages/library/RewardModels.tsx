import { Button, Skeleton } from '@mantine/core'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { bytes, percent } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { Problem } from '../../parts/Problem.tsx'
import { askRemoval, libraryStore } from '../../stores/library.ts'
import { loadRewardModels, rewardModelsStore } from '../../stores/reward-models.ts'
import { go } from '../../stores/route.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { RunLinks } from './RunLinks.tsx'
import { useLibraryUse } from './use-library.ts'

/** The trained reward models, and which runs are judged by them. */
export function RewardModels() {
  const { models, error } = useStore(rewardModelsStore)
  const version = useStore(libraryStore, (s) => s.version)
  const { status } = useConnection()
  const { data: use } = useLibraryUse()
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when something was removed
  useEffect(() => {
    if (status === 'connected') void loadRewardModels()
  }, [status, version])
  if (error) return <Problem explanation={error} title={t('The reward models could not be listed')} />
  if (!models) return <Skeleton height="9rem" animate={false} />
  if (models.length === 0)
    return (
      <p className={styles.empty}>
        {t('No reward model was trained yet. One learns from pairs of answers or from labels what no rule can say.')}{' '}
        <button type="button" className={styles.link} onClick={() => go({ page: 'reward-models', names: [] })}>
          {t('Train one')}
        </button>
      </p>
    )
  return (
    <ul className={styles.table} aria-label={t('Trained reward models')}>
      {models.map(({ name, kind, bytes: size, at, report, base }) => (
        <li key={name} className={styles.row} data-columns="models">
          <span className={styles.name}>
            <b>{name}</b>
            <span>
              {t(kind)}, {t('from {{model}}', { model: base.model.split('/').at(-1) ?? base.model })},{' '}
              {t('{{share}} right', { share: percent(report.ranking.value) })}
            </span>
          </span>
          <span className={styles.fact}>{bytes(size)}</span>
          <span className={styles.fact}>{moment(at)}</span>
          <RunLinks numbers={use?.rewardModels[name]} />
          <span className={styles.does}>
            <Button size="compact-sm" variant="default" onClick={() => go({ page: 'reward-models', names: [name] })}>
              {t('Report')}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              aria-label={t('Delete {{name}}…', { name })}
              onClick={() => askRemoval({ kind: 'reward-model', name })}
            >
              {t('Delete…')}
            </Button>
          </span>
        </li>
      ))}
    </ul>
  )
}
