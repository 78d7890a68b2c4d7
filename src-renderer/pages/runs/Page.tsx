import { Button, Progress, Skeleton } from '@mantine/core'
import { IconCornerDownRight, IconPlayerPlay, IconPlus } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { familyTree } from '../../../src-main/contract/family.ts'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { launch } from '../../actions/launch.ts'
import { resumeRunById } from '../../actions/resumeRun.ts'
import { compact, percent, plural } from '../../format/number.ts'
import { moment, span } from '../../format/time.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { FirstRun } from '../../parts/FirstRun.tsx'
import { Status } from '../../parts/Status.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { useRem } from '../../parts/useLook.ts'
import { queueStore } from '../../stores/queue.ts'
import { go, routeHash } from '../../stores/route.ts'
import { isResumable } from '../../stores/runs.ts'
import { useRuns } from '../../stores/use.ts'
import styles from './Page.module.css'

import { Queue } from './Queue.tsx'

import { RowMenu } from './RowMenu.tsx'

const columns = ['Run', 'Status', 'Step', 'Held-out', 'Reward', 'Trained', 'Seed', 'Backend', 'Started', ''] as const

export function RunsPage() {
  const { runs } = useRuns()
  const { entries } = useStore(queueStore)
  if (runs && runs.length === 0 && entries.length === 0) return <FirstRun />
  const cut = runs?.filter((r) => r.status === 'interrupted').length ?? 0
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>Runs</h1>
        <p>
          {runs ? plural(runs.length, 'run') : ' '}
          {cut > 0 && `, ${cut} interrupted: resume goes on from the last checkpoint`}
        </p>
        <ActionButton action={launch} icon={<IconPlus size="1rem" aria-hidden="true" />} />
      </header>
      <Unreachable />
      <Queue runs={runs} />
      {runs ? <Table runs={runs} /> : <Skeleton height="12rem" animate={false} />}
    </div>
  )
}

function Table({ runs }: { runs: RunSummary[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const tree = useMemo(() => familyTree(runs), [runs])
  const rows = useVirtualizer({
    count: tree.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => Math.round(3.25 * rem),
    overscan: 8,
  })
  return (
    <div className={styles.table} role="table" aria-label="Runs" aria-rowcount={runs.length + 1}>
      <div role="rowgroup">
        <div className={styles.row} role="row" data-head tabIndex={-1}>
          {columns.map((name) => (
            <span key={name} role="columnheader" tabIndex={-1}>
              {name || <span className="hidden-text">Actions</span>}
            </span>
          ))}
        </div>
      </div>
      <div ref={scroller} className={styles.scroller} role="presentation">
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="rowgroup">
          {rows.getVirtualItems().map((item) => (
            <Row
              key={tree[item.index].run.id}
              run={tree[item.index].run}
              depth={tree[item.index].depth}
              top={item.start}
              height={item.size}
              index={item.index}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

const Row = memo(function Row({
  run,
  depth,
  top,
  height,
  index,
}: {
  run: RunSummary
  /** Below the first of its family. */
  depth: number
  top: number
  height: number
  index: number
}) {
  const route = { page: 'live', runId: run.id, step: null, opened: null } as const
  return (
    <div
      className={styles.row}
      role="row"
      aria-rowindex={index + 2}
      tabIndex={-1}
      data-abandoned={run.status === 'abandoned'}
      style={{ transform: `translateY(${top}px)`, height, position: 'absolute', inset: '0 0 auto' }}
    >
      <span role="cell" className={styles.member} style={{ paddingLeft: `${1.25 * Math.max(0, depth - 1)}rem` }}>
        {depth > 0 && <IconCornerDownRight className={styles.below} size="0.875rem" stroke={1.6} aria-hidden="true" />}
        <a
          className={styles.name}
          href={routeHash(route)}
          onClick={(event) => {
            event.preventDefault()
            go(route)
          }}
        >
          <b>#{run.number}</b> {run.name}
          {run.forkStep !== null && (
            <i className={styles.from}>
              {run.status === 'abandoned' ? 'abandoned' : 'fork'} after {run.forkStep}
            </i>
          )}
        </a>
      </span>
      <span role="cell">
        <Status status={run.status} />
        {run.error && (
          <span className={styles.why} title={`${run.error.message} ${run.error.hint}`}>
            {run.error.message}
          </span>
        )}
      </span>
      <span role="cell">
        <span>
          {run.step} <i>/ {run.totalSteps}</i> <i>{run.stageName}</i>
        </span>
        <Progress
          size={3}
          value={(100 * run.step) / Math.max(1, run.totalSteps)}
          color={run.status === 'running' ? 'teal' : 'gray'}
          aria-label={`Progress of run ${run.number}`}
        />
      </span>
      <span role="cell" className={styles.heldOut}>
        {percent(run.accuracy)}
      </span>
      <span role="cell">{compact(run.reward)}</span>
      <span role="cell">{span(run.trainedSeconds)}</span>
      <span role="cell">{run.seed}</span>
      <span role="cell">{run.backend ?? '–'}</span>
      <span role="cell">{moment(run.createdAt)}</span>
      <span role="cell" className={styles.last}>
        {isResumable(run.status) && (
          <Button
            size="compact-sm"
            variant={run.status === 'interrupted' ? 'filled' : 'default'}
            leftSection={<IconPlayerPlay size="0.875rem" aria-hidden="true" />}
            onClick={() => void resumeRunById(run.id)}
            aria-label={`Resume run ${run.number}`}
          >
            Resume
          </Button>
        )}
        <RowMenu run={run} />
      </span>
    </div>
  )
})
