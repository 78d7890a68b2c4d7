import { Skeleton } from '@mantine/core'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Curves } from './Curves.tsx'
import { Differences } from './Differences.tsx'
import { useColours, useCompared } from './data.ts'
import { Evaluations } from './Evaluations.tsx'
import styles from './Page.module.css'
import { RunsBar } from './RunsBar.tsx'
import { Samples } from './Samples.tsx'

/** Runs side by side: their curves on the same steps, in what their settings differ, and how far apart they are on held-out prompts. */
export function ComparePage() {
  const route = useRoute((r) => r)
  const samples = route.page === 'compare' ? route.samples : undefined
  const numbers = route.page === 'compare' ? route.runs : []
  const colours = useColours(numbers.length)
  const { data, error } = useCompared(numbers)
  // what was fetched last may be of other runs
  const runs = data?.filter(({ detail }) => numbers.includes(detail.number)) ?? null
  const colourOf = (number: number) => colours[numbers.indexOf(number)]
  return (
    <div className={styles.page}>
      <RunsBar numbers={numbers} colourOf={colourOf} />
      <Unreachable />
      {error ? (
        <Problem explanation={error} title={t('These runs cannot be compared')} />
      ) : numbers.length === 0 ? (
        <p className={styles.none}>
          {t(
            'Choose runs above: their curves are laid over one another, their settings, held-out results and answers set side by side.',
          )}
        </p>
      ) : runs ? (
        samples ? (
          <Samples runs={runs} colourOf={colourOf} asked={samples} />
        ) : (
          <div className={styles.body}>
            <Curves runs={runs} colourOf={colourOf} />
            <div className={styles.tables}>
              <Evaluations runs={runs} colourOf={colourOf} />
              <Differences runs={runs} colourOf={colourOf} />
            </div>
          </div>
        )
      ) : (
        <Skeleton className={styles.waiting} animate={false} />
      )}
    </div>
  )
}
