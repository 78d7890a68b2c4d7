import { Button, Skeleton } from '@mantine/core'
import { IconFileDownload, IconPlus } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { SweepSetUp, SweepSummary } from '../../../src-main/contract/sweep.ts'
import { newSweep, saveSweepReport, startSweep } from '../../actions/sweeps.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { api } from '../../stores/host.ts'
import { queueStore } from '../../stores/queue.ts'
import { useResource } from '../../stores/resource.ts'
import { go, routeHash } from '../../stores/route.ts'
import { useRoute, useRuns } from '../../stores/use.ts'
import { clauses, list, t } from '../../text/t.ts'
import { Cells } from './Cells.tsx'
import { Curves } from './Curves.tsx'
import styles from './Page.module.css'

/** Sweeps on the left, with those that come along; the comparison of one beside it. */
export function SweepsPage() {
  const route = useRoute((r) => r)
  const { runs } = useRuns()
  const { entries } = useStore(queueStore)
  // what has ended or waits changes what there is to compare
  const moment = `${entries.length} ${runs?.map(({ id, status }) => `${id}${status}`).join()}`
  const sweeps = useResource(`sweeps ${moment}`, () => api().sweeps.list())
  const setUps = useResource('sweep-set-ups', () => api().sweeps.setUps())
  const asked = route.page === 'sweeps' ? route.name : null
  const name = asked ?? sweeps.data?.[0]?.name ?? null
  const { data, error } = useResource(name === null ? null : `${name} ${moment}`, () =>
    api().sweeps.get({ name: name! }),
  )
  const shown = data?.sweep.name === name ? data : null
  return (
    <div className={styles.page}>
      <aside className={styles.side} aria-label={t('Sweeps')}>
        <header>
          <h1>{t('Sweeps')}</h1>
          <ActionButton action={newSweep} size="compact-sm" icon={<IconPlus size="0.875rem" aria-hidden="true" />} />
        </header>
        {sweeps.data ? <List sweeps={sweeps.data} current={name} /> : <Skeleton height="6rem" animate={false} />}
        <h2>{t('Ablations that come along')}</h2>
        {setUps.error && <Problem explanation={setUps.error} title={t('They cannot be read')} />}
        <SetUps setUps={setUps.data ?? []} />
      </aside>
      <div className={styles.main}>
        <Unreachable />
        {error ? (
          <Problem explanation={error} title={t('There is nothing to compare')} />
        ) : shown ? (
          <>
            <header className={styles.head}>
              <div>
                <h2>{shown.sweep.title}</h2>
                <p>
                  {t('{{recipe}}, seeds {{join}}. {{sweep}}', {
                    recipe: shown.sweep.recipe,
                    join: list(shown.plan.seeds.map(String)),
                    sweep: progress(shown.sweep),
                  })}
                </p>
              </div>
              <Button
                variant="default"
                size="compact-sm"
                leftSection={<IconFileDownload size="0.875rem" aria-hidden="true" />}
                onClick={() => void saveSweepReport(shown.sweep.name)}
              >
                {t('Save report')}
              </Button>
            </header>
            {shown.sweep.description && <p className={styles.about}>{shown.sweep.description}</p>}
            <Cells result={shown} />
            <Curves result={shown} />
          </>
        ) : name === null && sweeps.data ? (
          <p className={styles.none}>
            {t(
              'A sweep trains one recipe with several settings, each with several seeds, and sets what comes of them side by side. Begin a new one, or one of the ablations.',
            )}
          </p>
        ) : (
          <Skeleton height="100%" animate={false} />
        )}
      </div>
    </div>
  )
}

function progress({ runs }: SweepSummary): string {
  const { all, finished, active, waiting, failed } = runs
  const rest = [
    active > 0 && t('{{active}} trains', { active }),
    waiting > 0 && t('{{waiting}} wait', { waiting }),
    failed > 0 && t('{{failed}} failed', { failed }),
  ].filter((words) => words !== false)
  return clauses([t('{{finished}} of {{count}} runs finished', { finished, count: all }), ...rest])
}

function List({ sweeps, current }: { sweeps: SweepSummary[]; current: string | null }) {
  if (sweeps.length === 0) return <p className={styles.none}>{t('None yet.')}</p>
  return (
    <ul className={styles.list}>
      {sweeps.map((sweep) => {
        const route = { page: 'sweeps', name: sweep.name } as const
        return (
          <li key={sweep.name}>
            <a
              href={routeHash(route)}
              aria-current={sweep.name === current ? 'page' : undefined}
              onClick={(event) => {
                event.preventDefault()
                go(route)
              }}
            >
              <b>{sweep.name}</b>
              <span>
                {sweep.runs.finished} / {sweep.runs.all}
              </span>
            </a>
          </li>
        )
      })}
    </ul>
  )
}

function SetUps({ setUps }: { setUps: SweepSetUp[] }) {
  return (
    <ul className={styles.setUps}>
      {setUps.map(({ name, title, cells, seeds }) => (
        <li key={name}>
          <b>{title}</b>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={t('Queue {{title}}', { title })}
            onClick={() => void startSweep(name, null)}
          >
            {t('Queue {{length}}', { length: cells.length * seeds })}
          </Button>
          <p>{cells.join(' · ')}</p>
        </li>
      ))}
    </ul>
  )
}
