import { IconWaveSine } from '@tabler/icons-react'
import { type CSSProperties, memo, useCallback, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { rewardsOf } from '../../../src-main/contract/recipe.ts'
import { toggleSmoothing } from '../../actions/charts.ts'
import { abscissaOf, type Over } from '../../charts/abscissa.ts'
import { Chart } from '../../charts/Chart.tsx'
import type { Range } from '../../charts/frame.ts'
import { type Line, overlayOption } from '../../charts/overlayOption.ts'
import { firstOfEach, furtherPanels, type Panel, panelsOf, toldPanels } from '../../charts/panels.ts'
import { compact } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { ActionIconButton } from '../../parts/ActionButton.tsx'
import { ArrangeCharts } from '../../parts/ArrangeCharts.tsx'
import chartStyles from '../../parts/ChartPanel.module.css'
import { ChartPanel } from '../../parts/ChartPanel.tsx'
import { OverChoice } from '../../parts/OverChoice.tsx'
import { useCharts } from '../../parts/useCharts.ts'
import { useFrame, usePalette } from '../../parts/useLook.ts'
import { arrangementStore } from '../../stores/arrangement.ts'
import { indexOfStep } from '../../stores/columns.ts'
import { useView } from '../../stores/use.ts'
import { cursorStore } from '../../stores/view.ts'
import { t } from '../../text/t.ts'
import { type Compared, wholeRange } from './data.ts'
import styles from './Page.module.css'
import { StepCursor } from './StepCursor.tsx'

interface Props {
  runs: Compared[]
  colourOf: (number: number) => string
}

export function Curves({ runs, colourOf }: Props) {
  const [enlarged, setEnlarged] = useState<string | null>(null)
  const smooth = useView((v) => v.smooth)
  const over = useView((v) => v.over)
  const range = useMemo(() => wholeRange(runs, over), [runs, over])
  const [own, further] = useMemo(() => {
    const ours = runs.filter(({ detail }) => detail.source === null)
    const rewards = [...new Set(ours.flatMap(({ detail }) => rewardsOf(detail.config)))]
    const kinds = ours.flatMap(({ detail }) => detail.config.stages.map(({ kind }) => kind))
    const series = Object.assign({}, ...runs.map(({ columns }) => columns.series))
    const all = firstOfEach([...panelsOf(rewards, kinds), ...toldPanels(Object.keys(series))])
    const panels = all.filter(({ metric }) => series[metric])
    return [panels, furtherPanels(panels, series)]
  }, [runs])
  const charts = useCharts(own, further)
  const inRow = useStore(arrangementStore, (s) => s.inRow)
  const shown = enlarged ? charts.all.filter(({ id }) => id === enlarged) : charts.shown
  return (
    <section className={styles.curves} aria-label={t('Curves')}>
      <div className={styles.bar}>
        <h2>{t('Curves')}</h2>
        <At over={over} range={range} />
        <OverChoice />
        <ActionIconButton
          action={toggleSmoothing}
          pressed={smooth}
          icon={<IconWaveSine size="1rem" aria-hidden="true" />}
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
          <Curve
            key={panel.id}
            panel={panel}
            runs={runs}
            colourOf={colourOf}
            over={over}
            range={range}
            smooth={smooth}
            enlarged={enlarged !== null}
            onEnlarge={setEnlarged}
            onDropped={charts.move}
          />
        ))}
      </div>
    </section>
  )
}

function At({ over, range }: { over: Over; range: Range }) {
  const at = useStore(cursorStore, (s) => s.step)
  return (
    <p className={styles.at}>
      {at === null ? (
        t('up to {{over}}, held-out as points', { over: place(over, range[1]) })
      ) : (
        <b>{place(over, at)}</b>
      )}
    </p>
  )
}

const place = (over: Over, x: number): string =>
  ({
    steps: t('step {{x}}', { x: Math.round(x) }),
    time: t('{{x}} trained', { x: span(x) }),
    tokens: t('{{x}} tokens', { x: compact(x) }),
  })[over]

interface CurveProps extends Props {
  panel: Panel
  over: Over
  range: Range
  smooth: boolean
  enlarged: boolean
  onEnlarge: (id: string | null) => void
  onDropped: (id: string, on: string) => void
}

const never = () => () => {}

const Curve = memo(function Curve(props: CurveProps) {
  const { panel, runs, colourOf, over, range, smooth, enlarged, onEnlarge, onDropped } = props
  const palette = usePalette()
  const frame = useFrame()
  const lines = useMemo(
    () =>
      runs.map(
        ({ detail, columns, evaluations }): Line => ({
          id: detail.id,
          color: colourOf(detail.number),
          dashed: detail.status === 'abandoned',
          columns,
          heldOut: panel.heldOut ? evaluations.map(panel.heldOut) : [],
        }),
      ),
    [runs, panel, colourOf],
  )
  const build = useCallback(
    (width: number) => overlayOption({ panel, over, lines, range, zoomed: false, smooth, palette, frame, width }),
    [panel, over, lines, range, smooth, palette, frame],
  )
  return (
    <ChartPanel
      panel={panel}
      enlarged={enlarged}
      onEnlarge={() => onEnlarge(enlarged ? null : panel.id)}
      onDropped={(id) => onDropped(id, panel.id)}
      values={<Values panel={panel} over={over} lines={lines} />}
    >
      <StepCursor range={range} frame={frame}>
        <Chart
          className={chartStyles.chart}
          build={build}
          onChange={never}
          label={t('{{title}} of each run over {{over}}', { title: panel.title, over })}
        />
      </StepCursor>
    </ChartPanel>
  )
})

/** At the cursor, else the newest, in the order of the runs. */
function Values({ panel, over, lines }: { panel: Panel; over: Over; lines: readonly Line[] }) {
  const x = useStore(cursorStore, (s) => s.step)
  return (
    <p className={styles.values}>
      {lines.map(({ id, color, columns }) => {
        const { xs, toStep } = abscissaOf(over, columns)
        const at = x === null ? columns.steps.length - 1 : indexOfStep(columns, toStep(x))
        const beyond = x !== null && x > (xs.at(-1) ?? 0)
        return (
          <b key={id} style={{ color }}>
            {panel.format(at < 0 || beyond ? null : columns.series[panel.metric]?.[at])}
          </b>
        )
      })}
    </p>
  )
}
