/** Several curves over training steps as SVG, one colour a cell, in the same manner as the charts of a run. */
import * as echarts from 'echarts'
import { cellInks, faint, grid, short, themed } from './chart.ts'
import { Markup } from './html.ts'

export interface Curve {
  label: string
  points: { step: number; value: number | null; low?: number; high?: number }[]
}

/** So many curves can be told apart. */
export const mostCurves = cellInks.length

/** @param share the values lie between 0 and 1 and are shown as per cent */
export function drawCurves(title: string, curves: readonly Curve[], share: boolean): Markup {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: 520, height: 240 })
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', color: faint },
    grid: { left: 50, right: 14, top: 12, bottom: 26 },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.max(1, ...curves.flatMap(({ points }) => points.at(-1)?.step ?? 1)),
      axisLabel: { color: faint, fontSize: 11 },
      axisLine: { lineStyle: { color: grid } },
      axisTick: { show: false },
      splitLine: { show: false },
    },
    yAxis: {
      type: 'value',
      scale: !share,
      ...(share && { min: 0, max: 1, interval: 0.25 }),
      splitNumber: 4,
      axisLabel: {
        color: faint,
        fontSize: 11,
        formatter: (value: number) => (share ? `${Math.round(100 * value)} %` : short(value)),
      },
      splitLine: { lineStyle: { color: grid } },
    },
    series: curves.slice(0, mostCurves).flatMap(({ points }, i) => {
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
          renderItem: (_: unknown, api: { value(i: number): number; coord(at: number[]): number[] }) => {
            const [x, low] = api.coord([api.value(0), api.value(1)])
            const [, high] = api.coord([api.value(0), api.value(2)])
            return {
              type: 'line',
              // beside one another, so that none hides another
              shape: { x1: x + 1.5 * i, y1: low, x2: x + 1.5 * i, y2: high },
              style: { stroke: color, lineWidth: 1.2, opacity: 0.6 },
            }
          },
        },
      ]
    }),
  } as echarts.EChartsCoreOption)
  const svg = chart.renderToSVGString()
  chart.dispose()
  return new Markup(themed(svg, title))
}
