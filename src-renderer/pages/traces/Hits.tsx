import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Trace } from '../../../src-main/contract/traces.ts'
import { compact, signed } from '../../format/number.ts'
import { useRem } from '../../parts/useLook.ts'
import { keyOfSample, moreTraces, selectTrace, showTrace, tracesStore } from '../../stores/traces.ts'
import { excerptOf } from '../../text/excerpt.ts'
import { t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import { HitColumns } from './HitColumns.tsx'
import styles from './Page.module.css'
import { Selected } from './Selected.tsx'

/** Rows before the end at which the next page is asked for. */
const ahead = 30

interface HitsProps {
  sort: string
  onSort(sort: string): void
}

export function Hits({ sort, onSort }: HitsProps) {
  const { hits, at, busy, selected } = useStore(tracesStore)
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const rem = useRem()
  const rows = useVirtualizer({
    count: hits.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => Math.round(2.75 * rem),
    overscan: 8,
  })
  const items = rows.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (last > hits.length - ahead) void moreTraces()
  }, [last, hits.length])
  const some = hits.length > 0
  useEffect(() => {
    if (some) rows.scrollToIndex(at)
  }, [at, some, rows])
  // the list is one stop of Tab, which goes along
  useEffect(() => {
    if (at >= 0 && document.activeElement?.closest('ul') === list.current)
      list.current?.querySelector<HTMLElement>('[aria-current="true"]')?.focus({ preventScroll: true })
  }, [at])
  if (!some && !busy)
    return <p className={styles.empty}>{t('No completion is like that. Loosen a filter, or clear them all.')}</p>
  return (
    <div className={styles.hits}>
      <HitColumns sort={sort} onSort={onSort} />
      <div ref={scroller} className={styles.scroller}>
        <ul ref={list} style={{ height: rows.getTotalSize(), position: 'relative' }} aria-label={t('Completions')}>
          {items.map((item) => (
            <li key={item.key} style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
              <Hit
                hit={hits[item.index]}
                shown={item.index === at}
                selected={selected.has(keyOfSample(hits[item.index]))}
                index={item.index}
              />
            </li>
          ))}
        </ul>
      </div>
      <Selected />
    </div>
  )
}

interface HitProps {
  hit: Trace
  shown: boolean
  selected: boolean
  index: number
}

const Hit = memo(function Hit({ hit, shown, selected, index }: HitProps) {
  const excerpt = hit.text === null ? null : excerptOf(hit.text, hit.found)
  const sign = hit.right === null ? '·' : hit.right ? '✓' : '✗'
  return (
    <>
      <input
        type="checkbox"
        className={styles.check}
        tabIndex={shown ? 0 : -1}
        aria-label={t('Select step {{step}}, group {{group}}, sample {{sample}}', {
          step: hit.step,
          group: hit.group + 1,
          sample: hit.sample + 1,
        })}
        checked={selected}
        onChange={(event) => selectTrace(index, (event.nativeEvent as MouseEvent).shiftKey)}
      />
      <button
        type="button"
        className={styles.hit}
        tabIndex={shown ? 0 : -1}
        data-right={hit.right ?? 'unknown'}
        aria-current={shown}
        onClick={(event) => (event.shiftKey ? selectTrace(index, true) : showTrace(index))}
      >
        <i aria-hidden="true">{sign}</i>
        <span className={styles.step}>{hit.step}</span>
        <span className={styles.of}>
          <b dir="auto">{glimpse(hit.prompt)}</b>
          {excerpt ? (
            <span dir="auto">
              {excerpt.before}
              {excerpt.match && <mark>{excerpt.match}</mark>}
              {excerpt.after}
            </span>
          ) : (
            <em>{t('text not kept')}</em>
          )}
        </span>
        <span className={styles.number}>{compact(hit.reward)}</span>
        <span className={styles.number}>{Number.isNaN(hit.advantage) ? '–' : signed(hit.advantage)}</span>
        <span className={styles.number} data-cut={hit.finishReason === 'length'}>
          {hit.tokens ?? '–'}
        </span>
      </button>
    </>
  )
})
