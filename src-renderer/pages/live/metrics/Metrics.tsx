import { IconMathFunction, IconWaveSine, IconZoomReset } from '@tabler/icons-react'
import { memo, useCallback, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { hasCritic, rewardsOf } from '../../../../src-main/contract/recipe.ts'
import { resetZoom, toggleLog, toggleSmoothing } from '../../../actions/charts.ts'
import { panelsOf } from '../../../charts/panels.ts'
import { span } from '../../../format/time.ts'
import { ActionIconButton } from '../../../parts/ActionButton.tsx'
import chartStyles from '../../../parts/ChartPanel.module.css'
import { OverChoice } from '../../../parts/OverChoice.tsx'
import { usePalette } from '../../../parts/useLook.ts'
import { indexOfStep } from '../../../stores/columns.ts'
import { liveStore } from '../../../stores/live.ts'
import { useLive, useView } from '../../../stores/use.ts'
import { cursorStore } from '../../../stores/view.ts'
import { useAbandoned, useDetail, useGrowing, useMarks, useRange, useSettingsHistory } from '../data.ts'
import { MarkCard, type MarkSpot } from './MarkCard.tsx'
import { MetricPanel } from './MetricPanel.tsx'
import styles from './Metrics.module.css'

export const Metrics = memo(function Metrics() {
  const range = useRange()
  const marks = useMarks()
  const history = useSettingsHistory()
  const abandoned = useAbandoned()
  const smooth = useView((v) => v.smooth)
  const log = useView((v) => v.log)
  const over = useView((v) => v.over)
  const growing = useGrowing()
  const enlarged = useView((v) => v.enlarged)
  const zoomedIn = useView((v) => v.zoom !== null)
  const palette = usePalette()
  const [spot, setSpot] = useState<MarkSpot | null>(null)
  const onMark = useCallback((next: MarkSpot | null) => setSpot(next), [])
  const recipe = useDetail()?.config
  const panels = useMemo(() => {
    const kinds = recipe?.stages.map((stage) => stage.kind)
    return panelsOf(recipe ? rewardsOf(recipe) : ['accuracy'], kinds, recipe && hasCritic(recipe))
  }, [recipe])
  const shown = enlarged ? panels.filter((p) => p.id === enlarged) : panels
  return (
    <section className={styles.metrics} aria-label="Metrics">
      <div className={styles.bar}>
        <h2>Metrics</h2>
        <Cursor />
        <OverChoice />
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
      </div>
      <div className={`${chartStyles.grid} ${styles.grid}`} data-enlarged={enlarged !== null}>
        {shown.map((panel) => (
          <MetricPanel
            key={panel.id}
            panel={panel}
            range={range}
            zoomed={zoomedIn}
            marks={marks}
            history={history}
            abandoned={abandoned}
            smooth={smooth}
            log={log}
            over={over}
            growing={growing}
            palette={palette}
            enlarged={enlarged !== null}
            onMark={onMark}
          />
        ))}
      </div>
      {spot && <MarkCard spot={spot} />}
    </section>
  )
})

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
        <>
          steps {Math.max(0, Math.ceil(from))} to {Math.floor(to)}
        </>
      ) : (
        <>
          <b>step {step}</b>
          {seconds !== null && step > 0 && ` · ${span(seconds)} trained`}
        </>
      )}
    </p>
  )
}

const legend = [
  { sign: '—', text: 'training', tone: 'ink' },
  { sign: '●', text: 'held-out', tone: 'held-out' },
  { sign: '│', text: 'stage', tone: 'stage' },
  { sign: '◆', text: 'steering', tone: 'steer' },
  { sign: '▲', text: 'alert', tone: 'alert' },
] as const

const Legend = memo(function Legend({ abandoned }: { abandoned: boolean }) {
  return (
    <ul className={styles.legend} aria-label="Legend">
      {abandoned && (
        <li data-tone="stage">
          <span aria-hidden="true">╌</span> abandoned
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
