/** Several curves over training steps as SVG, one colour a cell, in the same manner as the charts of a run. */
import { cellInks, drawOverSteps, whisker } from './chart.ts'
import type { Markup } from './html.ts'

export interface Curve {
  label: string
  points: { step: number; value: number | null; low?: number; high?: number }[]
}

/** So many curves can be told apart. */
export const mostCurves = cellInks.length

/** @param share the values lie between 0 and 1 and are shown as per cent */
export function drawCurves(title: string, curves: readonly Curve[], share: boolean): Markup {
  const lastStep = Math.max(...curves.flatMap(({ points }) => points.at(-1)?.step ?? 1))
  const series = curves.slice(0, mostCurves).flatMap(({ points }, i) => {
    const color = cellInks[i]
    return [
      {
        type: 'line',
        data: points.map(({ step, value }) => [step, value]),
        symbol: 'circle',
        symbolSize: 5,
        showSymbol: points.length < 20,
        lineStyle: { color, width: 1.6 },
        itemStyle: { color },
      },
      {
        type: 'custom',
        data: points.flatMap(({ step, low, high }) => (low === undefined ? [] : [[step, low, high]])),
        renderItem: whisker(color, 1.2, 1.5 * i),
      },
    ]
  })
  return drawOverSteps({ title, height: 240, lastStep, share }, series)
}
