import { Skeleton } from '@mantine/core'
import { useStore } from 'zustand'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { countOf } from '../../stores/group-figures.ts'
import { groupsPageStore } from '../../stores/groups-page.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { AllSteps } from './AllSteps.tsx'
import { useFigures, useList } from './data.ts'
import { Head } from './Head.tsx'
import { OneStep } from './OneStep.tsx'
import styles from './Page.module.css'
import { Tools } from './Tools.tsx'

/** Every prompt of a run through all of its steps: which are learned, which are too hard, and which groups teach nothing. */
export function GroupsPage() {
  useFigures()
  const { runs } = useRuns()
  const { figures, error } = useStore(groupsPageStore)
  const { list } = useList()
  return (
    <div className={styles.page}>
      <Head />
      <Unreachable />
      {list.view !== 'step' && <Tools />}
      {error ? (
        <Problem explanation={error} title={t('The groups cannot be read')} />
      ) : !figures ? (
        runs?.length === 0 ? (
          <p className={styles.empty}>{t('There is no run yet. The groups of the first one appear here.')}</p>
        ) : (
          <div className={styles.skeletons} aria-hidden="true">
            {Array.from({ length: 16 }, (_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
              <Skeleton key={i} height="1.25rem" animate={false} />
            ))}
          </div>
        )
      ) : countOf(figures) === 0 ? (
        <p className={styles.empty}>
          {t('This run has no groups yet: they come with its first step of GRPO, a row a prompt and a cell a step.')}
        </p>
      ) : list.view === 'step' ? (
        <OneStep />
      ) : (
        <AllSteps figures={figures} />
      )}
    </div>
  )
}
