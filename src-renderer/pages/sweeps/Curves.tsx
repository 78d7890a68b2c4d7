import { useCallback, useMemo } from 'react'
import type { CellResult, SweepResult } from '../../../src-main/contract/sweep.ts'
import { Chart } from '../../charts/Chart.tsx'
import { type Line, overlayOption } from '../../charts/overlayOption.ts'
import type { Panel } from '../../charts/panels.ts'
import { compact, percent } from '../../format/number.ts'
import chartStyles from '../../parts/ChartPanel.module.css'
import { useFrame, usePalette } from '../../parts/useLook.ts'
import { t } from '../../text/t.ts'
import { useColours } from '../compare/data.ts'
import styles from './Page.module.css'

const heldOut: Panel = {
  id: 'held-out',
  metric: 'completions/right',
  title: t('Held-out accuracy'),
  unit: '',
  about: t('Mean over the seeds of each cell.'),
  share: true,
  exact: true,
  format: percent,
}
const reward: Panel = {
  id: 'reward',
  metric: 'reward',
  title: t('Reward'),
  unit: '',
  about: t('Of training outputs, averaged over steps; mean over the seeds of each cell.'),
  format: compact,
}

/** The course of each cell, mean over its seeds. */
export function Curves({ result: { cells } }: { result: SweepResult }) {
  const colours = useColours(cells.length)
  const lines = useMemo(() => linesOf(cells, colours), [cells, colours])
  if (!cells.some((cell) => cell.heldOut.length > 0)) return null
  return (
    <section className={styles.curves} aria-label={t('Curves')}>
      <Curve panel={heldOut} lines={lines.heldOut} />
      <Curve panel={reward} lines={lines.reward} />
    </section>
  )
}

function linesOf(cells: readonly CellResult[], colours: readonly string[]) {
  const line = (i: number, steps: number[], metric: string, values: (number | null)[]): Line => ({
    id: cells[i].label,
    color: colours[i],
    dashed: false,
    columns: { steps, seconds: [], series: { [metric]: values } },
    heldOut: [],
  })
  return {
    heldOut: cells.map(({ heldOut: points }, i) => ({
      ...line(
        i,
        points.map(({ step }) => step),
        heldOut.metric,
        points.map(({ value }) => value),
      ),
      heldOut: points,
    })),
    reward: cells.map(({ reward: { steps, values } }, i) => line(i, steps, 'reward', values)),
  }
}

const never = () => () => {}

function Curve({ panel, lines }: { panel: Panel; lines: readonly Line[] }) {
  const palette = usePalette()
  const frame = useFrame()
  const last = Math.max(2, ...lines.map(({ columns }) => columns.steps.at(-1) ?? 0))
  const build = useCallback(
    (width: number) =>
      overlayOption({
        panel,
        over: 'steps',
        lines,
        range: [0, last],
        zoomed: false,
        smooth: true,
        palette,
        frame,
        width,
      }),
    [panel, lines, last, palette, frame],
  )
  return (
    <figure className={`${chartStyles.panel} ${styles.curve}`}>
      <figcaption>
        {panel.title} <span>{panel.about}</span>
      </figcaption>
      <Chart
        className={styles.chart}
        build={build}
        onChange={never}
        label={t('{{title}} of each cell over steps', { title: panel.title })}
      />
    </figure>
  )
}
