/** One metric of several runs over the same steps, time or tokens: a line a run, with its held-out points. */
import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from '../app/palette.ts'
import type { Columns } from '../stores/columns.ts'
import { abscissaOf, type Over } from './abscissa.ts'
import { axes } from './axes.ts'
import { courseOf } from './course.ts'
import type { Frame, Range } from './frame.ts'
import type { HeldOutPoint, Panel } from './panels.ts'
import { broken, thinned, within } from './series.ts'

export interface Line {
  id: string
  color: string
  /** What was abandoned is dashed. */
  dashed: boolean
  columns: Columns
  heldOut: HeldOutPoint[]
}

export interface Overlay {
  panel: Panel
  over: Over
  lines: readonly Line[]
  /** Positions, of whatever it runs over. */
  range: Range
  zoomed: boolean
  smooth: boolean
  palette: Palette
  frame: Frame
  width: number
}

export function overlayOption(view: Overlay): EChartsCoreOption {
  const { panel, over, lines, range, palette, frame } = view
  const smooth = view.smooth && !panel.exact
  const most = Math.max(200, view.width * 2)
  return {
    animation: false,
    ...axes(view),
    // the first lies on top: it is what the others are held against
    series: lines.flatMap(({ id, color, dashed, columns, heldOut }, i) => {
      const { xs, toX } = abscissaOf(over, columns)
      const { points, average, holes } = courseOf(xs, columns.series[panel.metric] ?? [])
      const data = thinned(within(smooth ? average : points, range), most)
      const z = 3 + lines.length - i
      return [
        {
          id,
          type: 'line',
          data: broken(data, holes),
          showSymbol: data.length <= 2,
          symbolSize: 4,
          silent: true,
          lineStyle: { color, width: 1.6 * frame.unit, type: dashed ? [4, 3] : 'solid', cap: 'round', join: 'round' },
          itemStyle: { color },
          z,
        },
        {
          id: `${id} held-out`,
          type: 'line',
          data: heldOut.map((point) => [toX(point.step), point.value]),
          symbol: 'circle',
          symbolSize: 5 * frame.unit,
          showAllSymbol: true,
          silent: true,
          lineStyle: { width: 0 },
          itemStyle: { color, borderColor: palette.panel, borderWidth: 1 },
          z: z + lines.length,
        },
      ]
    }),
  }
}
