import { memo, useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Palette } from '../../../app/palette.ts'
import type { Over } from '../../../charts/abscissa.ts'
import { Chart } from '../../../charts/Chart.tsx'
import type { Frame, Range } from '../../../charts/frame.ts'
import { type Abandoned, type Beside, metricOption } from '../../../charts/metricOption.ts'
import type { Panel } from '../../../charts/panels.ts'
import chartStyles from '../../../parts/ChartPanel.module.css'
import { ChartPanel } from '../../../parts/ChartPanel.tsx'
import { useFrame } from '../../../parts/useLook.ts'
import { indexOfStep } from '../../../stores/columns.ts'
import { liveStore } from '../../../stores/live.ts'
import { knobHistory, type Mark, type SettingsSpan } from '../../../stores/story.ts'
import { useLive } from '../../../stores/use.ts'
import { cursorStore, viewStore } from '../../../stores/view.ts'
import { t } from '../../../text/t.ts'
import type { MarkSpot } from './MarkCard.tsx'
import styles from './Metrics.module.css'
import { Plot } from './Plot.tsx'
import { SaveMenu } from './SaveMenu.tsx'

/** A step draws the charts anew without React: their panels stay as they are. */
const onColumns = (changed: () => void) =>
  liveStore.subscribe(({ version }, before) => version !== before.version && changed())

export interface MetricPanelProps {
  panel: Panel
  range: Range
  zoomed: boolean
  marks: Mark[]
  history: SettingsSpan[]
  abandoned: readonly Abandoned[]
  beside: readonly Beside[]
  smooth: boolean
  log: boolean
  over: Over
  growing: boolean
  palette: Palette
  enlarged: boolean
  onMark: (spot: MarkSpot | null) => void
  onDropped: (id: string, on: string) => void
}

export const MetricPanel = memo(function MetricPanel(props: MetricPanelProps) {
  const {
    panel,
    range,
    zoomed,
    marks,
    history,
    abandoned,
    beside,
    smooth,
    log,
    over,
    growing,
    palette,
    enlarged,
    onMark,
  } = props
  const onDropped = (id: string) => props.onDropped(id, panel.id)
  const evaluations = useLive((s) => s.evaluations)
  const frame = useFrame()
  const heldOut = useMemo(() => (panel.heldOut ? evaluations.map(panel.heldOut) : []), [panel, evaluations])
  const bound = useMemo(() => (panel.bound ? knobHistory(history, panel.bound) : []), [panel, history])
  const option = useCallback(
    (width: number, within: Frame) =>
      metricOption({
        panel,
        over,
        columns: liveStore.getState().columns,
        abandoned,
        beside,
        heldOut,
        bound,
        marks,
        range,
        growing,
        zoomed,
        smooth,
        log,
        palette,
        frame: within,
        width,
      }),
    [panel, over, abandoned, beside, heldOut, bound, marks, range, growing, zoomed, smooth, log, palette],
  )
  const build = useCallback((width: number) => option(width, frame), [option, frame])
  const toggle = () => viewStore.setState({ enlarged: enlarged ? null : panel.id })
  return (
    <ChartPanel
      panel={panel}
      enlarged={enlarged}
      onEnlarge={toggle}
      tools={<SaveMenu panel={panel} heldOut={heldOut} picture={() => ({ title: panel.title, palette, option })} />}
      onDropped={onDropped}
      values={<Value panel={panel} />}
    >
      <Plot range={range} over={over} growing={growing} frame={frame} marks={marks} onMark={onMark}>
        <Chart
          className={chartStyles.chart}
          build={build}
          onChange={onColumns}
          label={t('{{title}} over {{over}}', { title: panel.title, over })}
        />
      </Plot>
    </ChartPanel>
  )
})

/** The value under the cursor, else the newest; held-out beside it where there is one. */
function Value({ panel }: { panel: Panel }) {
  useLive((s) => s.version)
  const evaluations = useLive((s) => s.evaluations)
  const cursor = useStore(cursorStore, (s) => s.step)
  const { columns } = liveStore.getState()
  const at = cursor === null ? columns.steps.length - 1 : indexOfStep(columns, cursor)
  const value = at >= 0 ? (columns.series[panel.metric]?.[at] ?? null) : null
  const evaluation = cursor === null ? evaluations.at(-1) : evaluations.findLast((e) => e.step <= cursor)
  const heldOut = panel.heldOut && evaluation ? panel.heldOut(evaluation).value : null
  return (
    <p className={styles.value} data-testid={`value-${panel.id}`}>
      {heldOut !== null && Number.isFinite(heldOut) && (
        <span className={styles.heldOut}>
          <span className="hidden-text">{t('held-out')} </span>
          {panel.format(heldOut)}
        </span>
      )}
      <b>{panel.format(value)}</b>
    </p>
  )
}
