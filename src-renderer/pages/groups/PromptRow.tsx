import { type MouseEvent, memo, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { compact, fixed, percent } from '../../format/number.ts'
import { type Figures, figureOf, type PromptFigures } from '../../stores/group-figures.ts'
import type { GroupColour } from '../../stores/group-list.ts'
import { t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import { cellOf, cellsOf, nearestRow, type Scale } from './cells.ts'
import { drawCells, type HeatColours } from './draw.ts'
import styles from './Page.module.css'
import { aboutGroup } from './words.ts'

interface PromptRowProps {
  one: PromptFigures
  figures: Figures
  index: number
  top: number
  height: number
  scale: Scale
  by: GroupColour
  colours: HeatColours
  looked: boolean
  /** Of its groups, the one that is looked at. */
  row: number | null
  onPick(one: PromptFigures, row: number | undefined, again: boolean): void
}

export const PromptRow = memo(function PromptRow(props: PromptRowProps) {
  const { one, index, top, height, looked, row, onPick } = props
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys lead here as well
    <div
      id={`prompt-${index}`}
      className={styles.row}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      aria-selected={looked}
      data-looked={looked}
      style={{ transform: `translateY(${top}px)`, height }}
      onClick={() => onPick(one, undefined, looked && row === one.rows.at(-1))}
    >
      <span className={styles.prompt} role="rowheader" tabIndex={-1} dir="auto" title={glimpse(one.prompt, 2000)}>
        {glimpse(one.prompt, 400)}
      </span>
      <Heat {...props} />
      <Solved one={one} />
      <Figure>{compact(one.mean)}</Figure>
      <Figure>{compact(one.spread)}</Figure>
      <Figure silent={one.silent === 1}>{percent(one.silent, 0)}</Figure>
      <Figure>{fixed(one.tokens, 0)}</Figure>
      <Figure>{one.rows.length}</Figure>
      <Figure>{one.first}</Figure>
      <Figure>{one.last}</Figure>
    </div>
  )
})

const Figure = ({ children, silent }: { children: ReactNode; silent?: boolean }) => (
  <span className={styles.number} role="gridcell" tabIndex={-1} data-silent={silent}>
    {children}
  </span>
)

/** Its cells; pointing at one tells of the group that is nearest. */
function Heat({ one, figures, height, scale, by, colours, row, onPick }: PromptRowProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<{ row: number; x: number } | null>(null)
  const cells = useMemo(() => cellsOf(figures, one, by, scale), [figures, one, by, scale])
  useEffect(() => {
    const chosen = row === null ? null : cellOf(scale, figureOf(figures, row, 'step'))
    if (canvas.current && scale.width > 0) drawCells(canvas.current, cells, scale, height, colours, chosen)
  }, [cells, scale, height, colours, figures, row])
  const at = (event: MouseEvent) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    return { x, row: nearestRow(figures, one, scale, x) }
  }
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the page's keys lead here as well
    <div
      className={styles.heat}
      role="gridcell"
      tabIndex={-1}
      aria-label={t('{{count}} groups from step {{first}} to {{last}}', {
        count: one.rows.length,
        first: one.first,
        last: one.last,
      })}
      onMouseMove={(event) => setPointed(at(event))}
      onMouseLeave={() => setPointed(null)}
      onClick={(event) => {
        event.stopPropagation()
        const found = at(event).row
        onPick(one, found, found === row)
      }}
    >
      <canvas ref={canvas} style={{ width: '100%', height }} />
      {pointed && (
        <span
          className={styles.tip}
          data-side={pointed.x > scale.width / 2 ? 'left' : 'right'}
          style={{ left: pointed.x }}
          aria-hidden="true"
        >
          {aboutGroup(figures, pointed.row)}
        </span>
      )}
    </div>
  )
}

function Solved({ one: { solved, low, high } }: { one: PromptFigures }) {
  if (Number.isNaN(solved))
    return (
      <span className={styles.solved} role="gridcell" tabIndex={-1}>
        –
      </span>
    )
  return (
    <span
      className={styles.solved}
      role="gridcell"
      tabIndex={-1}
      aria-label={t('{{share}} right, 95 % interval {{low}} to {{high}}', {
        share: percent(solved, 0),
        low: percent(low, 0),
        high: percent(high, 0),
      })}
    >
      <b>{percent(solved, 0)}</b>
      <span className={styles.interval} aria-hidden="true">
        <i style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%` }} />
        <i className={styles.dot} style={{ left: `${100 * solved}%` }} />
      </span>
    </span>
  )
}
