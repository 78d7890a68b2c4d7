import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, memo, useEffect, useRef, useState } from 'react'
import type { GroupSummary } from '../../../../src-main/contract/records.ts'
import { compact, signed } from '../../../format/number.ts'
import { useRem } from '../../../parts/useLook.ts'
import { useSize } from '../../../parts/useSize.ts'
import { t } from '../../../text/t.ts'
import styles from './Groups.module.css'
import { HeatRow } from './HeatRow.tsx'
import { bySample } from './order.ts'

interface HeatmapProps {
  groups: GroupSummary[]
  step: number
  color: (advantage: number) => string
  /** @param sample null: its prompt was chosen */
  onOpen(group: number, sample: number | null): void
}

interface Hover {
  row: number
  /** Index in the row as drawn: best first. */
  column: number
  x: number
  y: number
}

/** Column −1 is the prompt; one cell of the grid is in the tab order, arrows move it, Enter opens. */
export const Heatmap = memo(function Heatmap({ groups, step, color, onOpen }: HeatmapProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const { height } = useSize(scroller)
  const rem = useRem()
  const rowHeight = Math.floor(Math.min(3.25 * rem, Math.max(1.5 * rem, (height - 2) / Math.max(1, groups.length))))
  const widest = Math.max(1, ...groups.map((g) => g.advantages.length))
  const rows = useVirtualizer({
    count: groups.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height is what asks for new measures
  useEffect(() => rows.measure(), [rows, rowHeight])
  const [focus, setFocus] = useState({ row: 0, column: -1 })
  const [hover, setHover] = useState<Hover | null>(null)
  const row = Math.min(focus.row, groups.length - 1)

  const open = (r: number, column: number) => {
    const group = groups[r]
    if (group) onOpen(group.group, column < 0 ? null : (bySample(group)[column] ?? null))
  }

  const move = (r: number, column: number) => {
    const next = {
      row: Math.min(groups.length - 1, Math.max(0, r)),
      column: Math.min(widest - 1, Math.max(-1, column)),
    }
    setFocus(next)
    rows.scrollToIndex(next.row)
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-at="${next.row}:${next.column}"]`)?.focus(),
    )
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const { column } = focus
    const moves: Record<string, () => void> = {
      ArrowUp: () => move(row - 1, column),
      ArrowDown: () => move(row + 1, column),
      k: () => move(row - 1, column),
      j: () => move(row + 1, column),
      ArrowLeft: () => move(row, column - 1),
      ArrowRight: () => move(row, column + 1),
      Home: () => move(row, -1),
      End: () => move(row, widest - 1),
      PageUp: () => move(row - 8, column),
      PageDown: () => move(row + 8, column),
      Enter: () => open(row, column),
      ' ': () => open(row, column),
    }
    const act = moves[event.key]
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }

  const at = (event: MouseEvent): [number, number] | null => {
    const found = (event.target as HTMLElement).closest<HTMLElement>('[data-at]')?.dataset.at
    return found ? (found.split(':').map(Number) as [number, number]) : null
  }

  const onMouseMove = (event: MouseEvent) => {
    const found = at(event)
    if (!found || found[1] < 0) setHover(null)
    else {
      const cell = (event.target as HTMLElement).getBoundingClientRect()
      const box = (scroller.current as HTMLElement).getBoundingClientRect()
      setHover({ row: found[0], column: found[1], x: cell.left - box.left + cell.width / 2, y: cell.top - box.top })
    }
  }

  return (
    <div className={styles.map}>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={t('Advantages of step {{step}}, prompt by sample', { step })}
        aria-rowcount={groups.length}
        aria-colcount={widest + 2}
        onKeyDown={onKeyDown}
        onClick={(event) => {
          const found = at(event)
          if (found) open(...found)
        }}
        onMouseMove={onMouseMove}
        onMouseLeave={() => setHover(null)}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map((item) => (
            <HeatRow
              key={item.key}
              group={groups[item.index]}
              row={item.index}
              top={item.start}
              height={rowHeight}
              widest={widest}
              color={color}
              focused={item.index === row ? focus.column : null}
            />
          ))}
        </div>
      </div>
      {hover && groups[hover.row] && <HoverText hover={hover} group={groups[hover.row]} />}
    </div>
  )
})

function HoverText({ hover, group }: { hover: Hover; group: GroupSummary }) {
  const sample = bySample(group)[hover.column]
  if (sample === undefined) return null
  return (
    <div className={styles.tip} style={{ left: hover.x, top: hover.y }} aria-hidden="true">
      <b>{group.zeroSpread ? t('no signal') : signed(group.advantages[sample])}</b>
      <span>
        {t('reward {{rewards}} · sample {{sample}}', { rewards: compact(group.rewards[sample]), sample: sample + 1 })}
      </span>
    </div>
  )
}
