import { Button, Skeleton } from '@mantine/core'
import { IconFileDownload, IconPlus } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { SweepSetUp, SweepSummary } from '../../../src-main/contract/sweep.ts'
import { newSweep, saveSweepReport, startSweep } from '../../actions/sweeps.ts'
import { plural } from '../../format/number.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { api } from '../../stores/host.ts'
import { queueStore } from '../../stores/queue.ts'
import { useResource } from '../../stores/resource.ts'
import { go, routeHash } from '../../stores/route.ts'
import { useRoute, useRuns } from '../../stores/use.ts'
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
  const list = useResource(`sweeps ${moment}`, () => api().sweeps.list())
  const setUps = useResource('sweep-set-ups', () => api().sweeps.setUps())
  const asked = route.page === 'sweeps' ? route.name : null
  const name = asked ?? list.data?.[0]?.name ?? null
  const { data, error } = useResource(name === null ? null : `${name} ${moment}`, () =>
    api().sweeps.get({ name: name! }),
  )
  const shown = data?.sweep.name === name ? data : null
  return (
    <div className={styles.page}>
      <aside className={styles.side} aria-label="Sweeps">
        <header>
          <h1>Sweeps</h1>
          <ActionButton action={newSweep} size="compact-sm" icon={<IconPlus size="0.875rem" aria-hidden="true" />} />
        </header>
        {list.data ? <List sweeps={list.data} current={name} /> : <Skeleton height="6rem" animate={false} />}
        <h2>Ablations that come along</h2>
        {setUps.error && <Problem explanation={setUps.error} title="They cannot be read" />}
        <SetUps setUps={setUps.data ?? []} />
      </aside>
      <div className={styles.main}>
        <Unreachable />
        {error ? (
          <Problem explanation={error} title="There is nothing to compare" />
        ) : shown ? (
          <>
            <header className={styles.head}>
              <div>
                <h2>{shown.sweep.title}</h2>
                <p>
                  {shown.sweep.recipe}, seeds {shown.plan.seeds.join(', ')}. {progress(shown.sweep)}
                </p>
              </div>
              <Button
                variant="default"
                size="compact-sm"
                leftSection={<IconFileDownload size="0.875rem" aria-hidden="true" />}
                onClick={() => void saveSweepReport(shown.sweep.name)}
              >
                Save report
              </Button>
            </header>
            {shown.sweep.description && <p className={styles.about}>{shown.sweep.description}</p>}
            <Cells result={shown} />
            <Curves result={shown} />
          </>
        ) : name === null && list.data ? (
          <p className={styles.none}>
            A sweep trains one recipe with several settings, each with several seeds, and sets what comes of them side
            by side. Begin a new one, or one of the ablations.
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
    active > 0 && `${active} trains`,
    waiting > 0 && `${waiting} wait`,
    failed > 0 && `${failed} failed`,
  ].filter(Boolean)
  return [`${finished} of ${plural(all, 'run')} finished`, ...rest].join(', ')
}

function List({ sweeps, current }: { sweeps: SweepSummary[]; current: string | null }) {
  if (sweeps.length === 0) return <p className={styles.none}>None yet.</p>
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
            aria-label={`Queue ${title}`}
            onClick={() => void startSweep(name, null)}
          >
            Queue {cells.length * seeds}
          </Button>
          <p>{cells.join(' · ')}</p>
        </li>
      ))}
    </ul>
  )
}
