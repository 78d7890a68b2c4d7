import { IconMathFunction, IconWaveSine, IconZoomReset } from '@tabler/icons-react'
import { type CSSProperties, memo, useCallback, useState } from 'react'
import { useStore } from 'zustand'
import { arrangeCharts, resetZoom, toggleLog, toggleSmoothing } from '../../../actions/charts.ts'
import type { Beside } from '../../../charts/metricOption.ts'
import { span } from '../../../format/time.ts'
import { ActionButton, ActionIconButton } from '../../../parts/ActionButton.tsx'
import { ArrangeCharts } from '../../../parts/ArrangeCharts.tsx'
import chartStyles from '../../../parts/ChartPanel.module.css'
import { OverChoice } from '../../../parts/OverChoice.tsx'
import { usePalette } from '../../../parts/useLook.ts'
import { arrangementStore } from '../../../stores/arrangement.ts'
import { indexOfStep } from '../../../stores/columns.ts'
import { liveStore } from '../../../stores/live.ts'
import { useLive, useView } from '../../../stores/use.ts'
import { cursorStore } from '../../../stores/view.ts'
import { t } from '../../../text/t.ts'
import { useAbandoned, useBeside, useGrowing, useMarks, useRange, useSettingsHistory } from '../data.ts'
import { BesideRuns } from './BesideRuns.tsx'
import { MarkCard, type MarkSpot } from './MarkCard.tsx'
import { MetricPanel } from './MetricPanel.tsx'
import styles from './Metrics.module.css'
import { useRunCharts } from './panels.ts'

const none: readonly Beside[] = []

export const Metrics = memo(function Metrics() {
  const range = useRange()
  const marks = useMarks()
  const history = useSettingsHistory()
  const abandoned = useAbandoned()
  const beside = useBeside().data ?? none
  const smooth = useView((v) => v.smooth)
  const log = useView((v) => v.log)
  const over = useView((v) => v.over)
  const growing = useGrowing()
  const enlarged = useView((v) => v.enlarged)
  const zoomedIn = useView((v) => v.zoom !== null)
  const palette = usePalette()
  const [spot, setSpot] = useState<MarkSpot | null>(null)
  const onMark = useCallback((next: MarkSpot | null) => setSpot(next), [])
  const charts = useRunCharts()
  const shown = enlarged ? charts.all.filter((p) => p.id === enlarged) : charts.shown
  const inRow = useStore(arrangementStore, (s) => s.inRow)
  return (
    <section className={styles.metrics} aria-label={t('Metrics')}>
      <div className={styles.bar}>
        <h2>{t('Metrics')}</h2>
        <Cursor />
        <OverChoice />
        <BesideRuns />
        <Legend abandoned={abandoned.length > 0} />
        <ActionIconButton
          action={toggleSmoothing}
          pressed={smooth}
          icon={<IconWaveSine size="1rem" aria-hidden="true" />}
        />
        <ActionIconButton action={toggleLog} pressed={log} icon={<IconMathFunction size="1rem" aria-hidden="true" />} />
        <ActionIconButton
          action={resetZoom}
          pressed={zoomedIn}
          icon={<IconZoomReset size="1rem" aria-hidden="true" />}
        />
        <ArrangeCharts charts={charts} />
      </div>
      <div
        className={`${chartStyles.grid} ${styles.grid}`}
        data-enlarged={enlarged !== null}
        data-in-row={inRow || undefined}
        style={{ '--in-row': inRow } as CSSProperties}
      >
        {shown.map((panel) => (
          <MetricPanel
            key={panel.id}
            panel={panel}
            range={range}
            zoomed={zoomedIn}
            marks={marks}
            history={history}
            abandoned={abandoned}
            beside={beside}
            smooth={smooth}
            log={log}
            over={over}
            growing={growing}
            palette={palette}
            enlarged={enlarged !== null}
            onMark={onMark}
            onDropped={charts.move}
          />
        ))}
        {shown.length === 0 && <NoChart />}
      </div>
      {spot && <MarkCard spot={spot} />}
    </section>
  )
})

function NoChart() {
  return (
    <p className={styles.noChart}>
      {t('No chart is chosen.')} <ActionButton action={arrangeCharts} size="compact-xs" variant="default" />
    </p>
  )
}

/** The step under the pointer, else what the charts span. */
function Cursor() {
  const step = useStore(cursorStore, (s) => s.step)
  const [from, to] = useRange()
  useLive((s) => s.version)
  const { columns } = liveStore.getState()
  const at = step === null ? -1 : indexOfStep(columns, step)
  const seconds = at >= 0 ? columns.seconds[at] : null
  return (
    <p className={styles.cursor}>
      {step === null ? (
        t('steps {{from}} to {{to}}', { from: Math.max(0, Math.ceil(from)), to: Math.floor(to) })
      ) : (
        <>
          <b>{t('step {{step}}', { step })}</b>
          {seconds !== null && step > 0 && t(' · {{seconds}} trained', { seconds: span(seconds) })}
        </>
      )}
    </p>
  )
}

const legend = [
  { sign: '—', text: t('training'), tone: 'ink' },
  { sign: '●', text: t('held-out'), tone: 'held-out' },
  { sign: '│', text: t('stage'), tone: 'stage' },
  { sign: '◆', text: t('steering'), tone: 'steer' },
  { sign: '▲', text: t('alert'), tone: 'alert' },
] as const

const Legend = memo(function Legend({ abandoned }: { abandoned: boolean }) {
  return (
    <ul className={styles.legend} aria-label={t('Legend')}>
      {abandoned && (
        <li data-tone="stage">
          <span aria-hidden="true">╌</span> {t('abandoned')}
        </li>
      )}
      {legend.map(({ sign, text, tone }) => (
        <li key={text} data-tone={tone}>
          <span aria-hidden="true">{sign}</span> {text}
        </li>
      ))}
    </ul>
  )
})
