import { SegmentedControl, Select } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { compareSamples } from '../../actions/compare.ts'
import { saveComparison } from '../../actions/saving.ts'
import { hint } from '../../parts/hint.ts'
import { SaveTableMenu } from '../../parts/SaveTableMenu.tsx'
import { Status } from '../../parts/Status.tsx'
import { go, routeHash, routeStore } from '../../stores/route.ts'
import { useRoute, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** The prompt that is looked at stays. */
function show(runs: number[]): void {
  const route = routeStore.getState()
  go({ page: 'compare', runs, ...(route.page === 'compare' && route.samples && { samples: route.samples }) })
}

/** The runs compared, each with its colour; the first is what the others are held against. */
export function RunsBar({ numbers, colourOf }: { numbers: readonly number[]; colourOf: (number: number) => string }) {
  const { runs } = useRuns()
  const samples = useRoute((route) => route.page === 'compare' && route.samples !== undefined)
  const others = runs?.filter((run) => !numbers.includes(run.number)) ?? []
  return (
    <header className={styles.head}>
      <h1>{t('Compare')}</h1>
      <ul className={styles.runs} aria-label={t('Runs compared')}>
        {numbers.map((number, i) => {
          const run = runs?.find((r) => r.number === number)
          const live = { page: 'live', runId: run?.id ?? String(number), step: null, opened: null } as const
          return (
            <li key={number} className={styles.run}>
              <i style={{ background: colourOf(number) }} aria-hidden="true" />
              <a
                href={routeHash(live)}
                onClick={(event) => {
                  event.preventDefault()
                  go(live)
                }}
              >
                <b>#{number}</b> {run?.name}
              </a>
              {run && <Status status={run.status} />}
              {i === 0 && numbers.length > 1 ? (
                <span className={styles.base} {...hint(t('The others are held against it'), 'bottom')}>
                  {t('base')}
                </span>
              ) : (
                i > 0 && (
                  <button
                    type="button"
                    className={styles.small}
                    {...hint(t('Hold the others against this one'), 'bottom')}
                    onClick={() => show([number, ...numbers.filter((n) => n !== number)])}
                  >
                    {t('as base')}
                  </button>
                )
              )}
              <button
                type="button"
                className={styles.small}
                aria-label={t('Leave run {{number}} out', { number })}
                onClick={() => show(numbers.filter((n) => n !== number))}
              >
                <IconX size="0.75rem" aria-hidden="true" />
              </button>
            </li>
          )
        })}
      </ul>
      <Select
        key={numbers.join()}
        aria-label={t('Add a run')}
        placeholder={t('Add a run…')}
        size="xs"
        searchable
        disabled={others.length === 0}
        value={null}
        data={others.map((run) => ({
          value: String(run.number),
          label: t('#{{number}} {{name}}, {{step}} steps', { number: run.number, name: run.name, step: run.step }),
        }))}
        onChange={(value) => value && show([...numbers, Number(value)])}
      />
      {numbers.length > 0 && (
        <SegmentedControl
          size="xs"
          aria-label={t('What is compared')}
          value={samples ? 'samples' : 'curves'}
          onChange={(value) => value !== (samples ? 'samples' : 'curves') && void compareSamples.run()}
          data={[
            { value: 'curves', label: t('Curves') },
            { value: 'samples', label: t('Samples') },
          ]}
        />
      )}
      <SaveTableMenu savings={saveComparison} size="xs" />
    </header>
  )
}
