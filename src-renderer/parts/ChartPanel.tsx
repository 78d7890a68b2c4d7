import { IconArrowsMaximize, IconArrowsMinimize } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Panel } from '../charts/panels.ts'
import styles from './ChartPanel.module.css'
import { hint } from './hint.ts'

interface ChartPanelProps {
  panel: Panel
  /** It has the place of all charts. */
  enlarged: boolean
  onEnlarge: () => void
  /** Further buttons, seen under the pointer. */
  tools?: ReactNode
  /** At the end of the caption. */
  values: ReactNode
  /** The plot. */
  children: ReactNode
}

/** One of several charts: what it shows, what it says now, and a way to see it large. */
export function ChartPanel({ panel, enlarged, onEnlarge, tools, values, children }: ChartPanelProps) {
  const Icon = enlarged ? IconArrowsMinimize : IconArrowsMaximize
  return (
    <figure className={styles.panel} data-metric={panel.id} data-enlarged={enlarged}>
      <figcaption className={styles.caption}>
        <span className={styles.name} {...hint(panel.unit ? `${panel.about} In ${panel.unit}.` : panel.about)}>
          {panel.title}
        </span>
        <button
          type="button"
          className={styles.tool}
          onClick={onEnlarge}
          aria-label={enlarged ? 'Back to all charts' : `Enlarge ${panel.title}`}
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
