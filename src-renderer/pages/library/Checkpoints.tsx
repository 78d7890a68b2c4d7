import { Button, Checkbox, Skeleton } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState } from 'react'
import type { RunCheckpoints } from '../../../src-main/contract/library.ts'
import { bytes, compact } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { askRemoval } from '../../stores/library.ts'
import { showRun } from '../../stores/show-run.ts'
import { t } from '../../text/t.ts'
import styles from './Checkpoints.module.css'
import page from './Page.module.css'
import { useLibrary } from './use-library.ts'

/** Of each run: how many checkpoints, how large, and a way to be rid of some. */
export function Checkpoints() {
  const { data, error } = useLibrary('checkpoints', () => api().library.checkpoints())
  if (error) return <Problem explanation={error} title={t('The checkpoints could not be listed')} />
  if (!data) return <Skeleton height="9rem" animate={false} />
  if (data.length === 0)
    return (
      <p className={page.empty}>{t('No run has a checkpoint yet. One is written every few steps, and at the end.')}</p>
    )
  return <Table runs={data} />
}

const prune = (runs: readonly RunCheckpoints[]) =>
  askRemoval({ kind: 'checkpoints', runs: runs.map(({ number }) => String(number)), keep: 'stage-ends' })

function Table({ runs }: { runs: RunCheckpoints[] }) {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set())
  const chosen = runs.filter(({ id }) => ticked.has(id))
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 40,
    overscan: 8,
    getItemKey: (index) => runs[index].id,
  })
  const total = runs.reduce((sum, run) => sum + run.bytes, 0)
  const count = runs.reduce((sum, run) => sum + run.count, 0)
  return (
    <>
      <div className={styles.tools}>
        <p>
          {t('{{count}} checkpoints', { count })} {t('of {{count}} runs', { count: runs.length })}, {bytes(total)}.{' '}
          <span className={page.quiet}>
            {t('A run keeps its newest three and those at the ends of stages by itself.')}
          </span>
        </p>
        <Button size="compact-sm" variant="default" onClick={() => prune(chosen.length > 0 ? chosen : runs)}>
          {chosen.length > 0
            ? t('Delete old ones of {{count}} runs…', { count: chosen.length })
            : t('Delete old ones of all runs…')}
        </Button>
      </div>
      <div className={styles.table} role="table" aria-label={t('Checkpoints')} aria-rowcount={runs.length + 1}>
        <div role="rowgroup">
          <div className={styles.row} role="row" data-head tabIndex={-1} aria-rowindex={1}>
            <span role="columnheader" tabIndex={-1}>
              <Checkbox
                size="xs"
                aria-label={t('All runs')}
                checked={chosen.length === runs.length}
                indeterminate={chosen.length > 0 && chosen.length < runs.length}
                onChange={(event) => setTicked(new Set(event.currentTarget.checked ? runs.map(({ id }) => id) : []))}
              />
            </span>
            <span role="columnheader" tabIndex={-1}>
              {t('Run')}
            </span>
            <span role="columnheader" tabIndex={-1} className={styles.number}>
              {t('Checkpoints')}
            </span>
            <span role="columnheader" tabIndex={-1} className={styles.number}>
              {t('Size')}
            </span>
            <span role="columnheader" tabIndex={-1} className={styles.number}>
              {t('Newest')}
            </span>
            <span role="columnheader" tabIndex={-1}>
              {t('Written')}
            </span>
            <span role="columnheader" tabIndex={-1}>
              <span className="hidden-text">{t('What can be done')}</span>
            </span>
          </div>
        </div>
        <div ref={scroller} className={styles.scroller} role="presentation">
          <div style={{ height: rows.getTotalSize() }} role="rowgroup">
            {rows.getVirtualItems().map((item) => (
              <Row
                key={item.key}
                run={runs[item.index]}
                at={item.start}
                index={item.index}
                ticked={ticked.has(runs[item.index].id)}
                onTick={() => setTicked(toggled(ticked, runs[item.index].id))}
              />
            ))}
          </div>
        </div>
      </div>
    </>
  )
}

function toggled(ticked: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ticked)
  if (!next.delete(id)) next.add(id)
  return next
}

function Row(props: { run: RunCheckpoints; at: number; index: number; ticked: boolean; onTick(): void }) {
  const { run, at, index, ticked, onTick } = props
  return (
    <div
      className={styles.row}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      data-ticked={ticked}
      style={{ transform: `translateY(${at}px)` }}
    >
      <span role="cell">
        <Checkbox
          size="xs"
          aria-label={t('Run {{number}}', { number: run.number })}
          checked={ticked}
          onChange={onTick}
        />
      </span>
      <span role="cell">
        <button type="button" className={page.link} onClick={() => showRun(run.id)}>
          #{run.number} {run.name}
        </button>
      </span>
      <span role="cell" className={styles.number}>
        {run.count}
      </span>
      <span role="cell" className={styles.number}>
        {bytes(run.bytes)}
      </span>
      <span role="cell" className={styles.number}>
        {t('step {{step}}', { step: compact(run.newestStep) })}
      </span>
      <span role="cell">{moment(run.newestAt)}</span>
      <span role="cell" className={page.does}>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          aria-label={t('Delete checkpoints of run {{number}}…', { number: run.number })}
          onClick={() => prune([run])}
        >
          {t('Delete…')}
        </Button>
      </span>
    </div>
  )
}
