import { IconArrowsMaximize, IconArrowsMinimize } from '@tabler/icons-react'
import { type DragEvent, type ReactNode, useState } from 'react'
import type { Panel } from '../charts/panels.ts'
import { t } from '../text/t.ts'
import styles from './ChartPanel.module.css'
import { hint } from './hint.ts'

interface ChartPanelProps {
  panel: Panel
  /** It has the place of all charts. */
  enlarged: boolean
  onEnlarge: () => void
  /** Further buttons, seen under the pointer. */
  tools?: ReactNode
  /** Another chart was let go on this one. */
  onDropped?: (id: string) => void
  /** At the end of the caption. */
  values: ReactNode
  /** The plot. */
  children: ReactNode
}

/** What a chart that is dragged by its name says of itself. */
export const chartDrag = 'application/x-grpo-chart'

/** One of several charts: what it shows, what it says now, and a way to see it large. */
export function ChartPanel({ panel, enlarged, onEnlarge, tools, onDropped, values, children }: ChartPanelProps) {
  const [over, setOver] = useState(false)
  const dragOver = (event: DragEvent) => {
    if (!onDropped || !event.dataTransfer.types.includes(chartDrag)) return
    event.preventDefault()
    setOver(true)
  }
  const drop = (event: DragEvent) => {
    setOver(false)
    onDropped?.(event.dataTransfer.getData(chartDrag))
  }
  const Icon = enlarged ? IconArrowsMinimize : IconArrowsMaximize
  return (
    <figure
      className={styles.panel}
      data-metric={panel.id}
      data-enlarged={enlarged}
      data-over={over}
      onDragOver={dragOver}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <figcaption className={styles.caption}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: the same is done by keys: see ArrangeCharts.tsx */}
        <span
          className={styles.name}
          draggable={onDropped !== undefined}
          onDragStart={(event) => event.dataTransfer.setData(chartDrag, panel.id)}
          {...hint(panel.unit ? t('{{about}} In {{unit}}.', { about: panel.about, unit: panel.unit }) : panel.about)}
        >
          {panel.title}
        </span>
        <button
          type="button"
          className={styles.tool}
          onClick={onEnlarge}
          aria-label={enlarged ? t('Back to all charts') : t('Enlarge {{title}}', { title: panel.title })}
        >
          <Icon size="0.8125rem" stroke={1.8} aria-hidden="true" />
        </button>
        {tools}
        {values}
      </figcaption>
      {children}
    </figure>
  )
}
