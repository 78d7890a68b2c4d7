import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useCallback, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { percent } from '../../format/number.ts'
import { useRem } from '../../parts/useLook.ts'
import { type ListRow, nextSort, type SortName, sortOf } from '../../stores/run-list.ts'
import { tick, tickedStore } from '../../stores/ticked.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { Row } from './Row.tsx'
import { useSparklines } from './sparklines.ts'

const columns: { name: string; sort?: SortName }[] = [
  { name: t('Ticked') },
  { name: t('Run'), sort: 'number' },
  { name: t('Status'), sort: 'status' },
  { name: t('Step'), sort: 'step' },
  { name: t('Held-out'), sort: 'accuracy' },
  { name: t('Reward'), sort: 'reward' },
  { name: t('Trained'), sort: 'trained' },
  { name: t('Seed'), sort: 'seed' },
  { name: t('Backend'), sort: 'backend' },
  { name: t('Started'), sort: 'started' },
  { name: t('Actions') },
]
const hidden = new Set([t('Ticked'), t('Actions')])

interface Props {
  rows: ListRow[]
  sort: string
  onSort(sort: string): void
}

export function Table({ rows, sort, onSort }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const sparks = useSparklines()
  const { ticked } = useStore(tickedStore)
  const order = useMemo(() => rows.flatMap((row) => (row.kind === 'run' ? row.run.id : [])), [rows])
  const onTick = useCallback((id: string, through: boolean) => tick(id, order, through), [order])
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => Math.round((rows[i].kind === 'run' ? 3.25 : 2) * rem),
    getItemKey: (i) => rows[i].key,
    overscan: 8,
  })
  const now = sortOf(sort)
  return (
    <div className={styles.table} role="table" aria-label={t('Runs')} aria-rowcount={rows.length + 1}>
      <div role="rowgroup">
        <div className={styles.row} role="row" data-head tabIndex={-1}>
          {columns.map(({ name, sort: by }) => (
            <span
              key={name}
              role="columnheader"
              tabIndex={-1}
              aria-sort={by === now.name ? (now.direction === 'down' ? 'descending' : 'ascending') : undefined}
            >
              {by ? (
                <button type="button" className={styles.sort} onClick={() => onSort(nextSort(sort, by))}>
                  {name}
                  {by === now.name && <i aria-hidden="true">{now.direction === 'down' ? '↓' : '↑'}</i>}
                </button>
              ) : (
                hidden.has(name) && <span className="hidden-text">{name}</span>
              )}
            </span>
          ))}
        </div>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: arrows walk along the links in it */}
      <div ref={scroller} className={styles.scroller} role="presentation" onKeyDown={walk}>
        <div style={{ height: list.getTotalSize(), position: 'relative' }} role="rowgroup">
          {list.getVirtualItems().map(({ index, start, size, key }) => {
            const row = rows[index]
            const style = { transform: `translateY(${start}px)`, height: size }
            return row.kind === 'group' ? (
              <div key={key} className={styles.group} role="row" aria-rowindex={index + 2} tabIndex={-1} style={style}>
                <span role="cell">
                  <b>{row.name}</b> {t('{{count}} runs', { count: row.count })}
                  {row.best !== null && t(', best {{best}} held-out', { best: percent(row.best) })}
                </span>
              </div>
            ) : (
              <Row
                key={key}
                run={row.run}
                depth={row.depth}
                top={start}
                height={size}
                index={index}
                ticked={ticked.has(row.run.id)}
                onTick={onTick}
                spark={sparks?.[row.run.id]}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** Up and down from run to run. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a[data-run]')]
    .map((link) => ({ link, top: link.getBoundingClientRect().top }))
    .sort((a, b) => a.top - b.top)
  const at = links.findIndex(({ link }) => link === document.activeElement)
  const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || !next) return
  event.preventDefault()
  next.link.focus()
}
