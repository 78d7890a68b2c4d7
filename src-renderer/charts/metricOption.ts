/** One metric over steps, time or tokens: every value as a fine line, its average as a strong one, the held-out points, and the marks. */
import type { CustomSeriesRenderItem } from 'echarts'
import type { EChartsCoreOption } from 'echarts/core'
import type { Palette } from '../app/palette.ts'
import type { Columns } from '../stores/columns.ts'
import type { Mark } from '../stores/story.ts'
import { abscissaOf, type Over, spanOf } from './abscissa.ts'
import { axes } from './axes.ts'
import { courseOf } from './course.ts'
import type { Frame, Range } from './frame.ts'
import type { HeldOutPoint, Panel } from './panels.ts'
import { broken, type Point, piecesOf, smoothed, thinned, within } from './series.ts'

/** What the run left behind when it was rolled back. */
export interface Abandoned {
  /** Of its whole course. */
  columns: Columns
  /** Last step that is the run's own too. */
  after: number
}

/** Another run, laid over this one. */
export interface Beside {
  number: number
  columns: Columns
  color: string
}

export interface MetricView {
  panel: Panel
  over: Over
  columns: Columns
  abandoned: readonly Abandoned[]
  beside: readonly Beside[]
  heldOut: HeldOutPoint[]
  /** Steps from which the bound holds, with its value. */
  bound: { step: number; value: number }[]
  marks: Mark[]
  range: Range
  /** The run goes on, and all of it is shown. */
  growing: boolean
  /** A part of the run is shown: the height is for its detail. */
  zoomed: boolean
  smooth: boolean
  /** Heights by powers of ten, where there is anything above zero. */
  log: boolean
  palette: Palette
  frame: Frame
  width: number
}

export function metricOption(asked: MetricView): EChartsCoreOption {
  const view = positioned({ ...asked, log: asked.log && hasLogarithms(asked) })
  const { panel, columns, palette, frame } = view
  const smooth = view.smooth && !panel.exact
  const most = mostPoints(view)
  const raw = curve(view, columns, false)
  const average = smooth ? curve(view, columns, true) : []
  const few = raw.length <= 2
  return {
    animation: false,
    ...axes(view),
    series: [
      marksSeries(view),
      ...view.abandoned.map((left, i) => abandonedSeries(view, left, i)),
      ...view.beside.map((other) => besideSeries(view, other)),
      ...(panel.spread && !view.log ? [spreadSeries(view, panel.spread, most)] : []),
      ...(panel.bound ? [boundSeries(view)] : []),
      {
        id: 'raw',
        type: 'line',
        data: raw,
        showSymbol: few,
        symbolSize: 4,
        silent: true,
        lineStyle: { color: palette.ink, width: (smooth ? 1 : 1.6) * frame.unit, opacity: smooth ? 0.32 : 1 },
        itemStyle: { color: palette.ink },
        z: 3,
      },
      {
        id: 'smooth',
        type: 'line',
        data: average,
        showSymbol: false,
        silent: true,
        lineStyle: { color: palette.ink, width: 1.8 * frame.unit, cap: 'round', join: 'round' },
        z: 4,
      },
      ...(panel.heldOut ? heldOutSeries(view) : []),
    ],
  }
}

/** With positions of its abscissa in place of steps. */
function positioned(view: MetricView): MetricView {
  if (view.over === 'steps') return view
  const own = abscissaOf(view.over, view.columns)
  const moved = <T extends { step: number }>(item: T): T => ({ ...item, step: own.toX(item.step) })
  return {
    ...view,
    columns: { ...view.columns, steps: [...own.xs] },
    abandoned: view.abandoned.map(({ columns, after }) => {
      const left = abscissaOf(view.over, columns)
      return { columns: { ...columns, steps: [...left.xs] }, after: left.toX(after) }
    }),
    beside: view.beside.map((other) => {
      const steps = [...abscissaOf(view.over, other.columns).xs]
      return { ...other, columns: { ...other.columns, steps } }
    }),
    heldOut: view.heldOut.map(moved),
    bound: view.bound.map(moved),
    marks: view.marks.map(moved),
    range: spanOf(own, view.range, view.growing),
  }
}

function hasLogarithms({ panel, columns }: MetricView): boolean {
  return !panel.share && (columns.series[panel.metric] ?? []).some((value) => value !== null && value > 0)
}

const drawable = (points: Point[], log: boolean) => (log ? points.filter(([, value]) => value > 0) : points)

const mostPoints = ({ width }: MetricView) => Math.max(200, width * 2)

/** Of this run or another, as much as is seen. The average is the same at every zoom: it is taken over the whole run, then cut. */
function curve(view: MetricView, { steps, series }: Columns, average: boolean, after = Number.NEGATIVE_INFINITY) {
  const { panel, range, log } = view
  const course = courseOf(steps, series[panel.metric] ?? [])
  const points = drawable(course.points, log)
  const whole = !average ? points : log ? smoothed(points) : course.average
  const own = after > 0 ? whole.filter(([x]) => x >= after) : whole
  return broken(thinned(within(own, range), mostPoints(view)), course.holes)
}

function abandonedSeries(view: MetricView, { columns, after }: Abandoned, i: number) {
  const { panel, palette, frame } = view
  return {
    id: `abandoned ${i}`,
    type: 'line',
    data: curve(view, columns, view.smooth && !panel.exact, after),
    showSymbol: false,
    silent: true,
    lineStyle: { color: palette.ink3, width: 1.2 * frame.unit, type: [4, 3], opacity: 0.8 },
    z: 2,
  }
}

function besideSeries(view: MetricView, { number, columns, color }: Beside) {
  return {
    id: `beside ${number}`,
    type: 'line',
    data: curve(view, columns, view.smooth && !view.panel.exact),
    showSymbol: false,
    silent: true,
    lineStyle: { color, width: 1.4 * view.frame.unit, cap: 'round', join: 'round' },
    z: 2,
  }
}

function spreadSeries({ columns, panel, range, palette }: MetricView, name: string, most: number) {
  const { average, holes } = courseOf(columns.steps, columns.series[name] ?? [])
  const mean = within(courseOf(columns.steps, columns.series[panel.metric] ?? []).average, range)
  const middle = new Map(mean)
  const known = thinned(within(average, range), most).filter(([step]) => middle.has(step))
  const bands = piecesOf(known, holes).filter((band) => band.length > 1)
  const edge = (band: Point[], sign: 1 | -1): Point[] =>
    band.map(([step, s]) => [step, (middle.get(step) as number) + sign * s])
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const band = bands[params.dataIndex]
    const points = [...edge(band, 1), ...edge(band, -1).reverse()].map((p) => api.coord(p))
    return { type: 'polygon', shape: { points }, style: { fill: palette.ink, opacity: 0.07 }, silent: true }
  }
  return { id: 'spread', type: 'custom', renderItem, data: bands.map((band) => edge(band, 1)[0]), clip: true, z: 1 }
}

function boundSeries({ bound, range, log, palette, frame }: MetricView) {
  const points: Point[] = []
  for (const [i, { step, value }] of bound.filter((b) => !log || b.value > 0).entries()) {
    points.push([i === 0 ? Math.min(range[0], step) : step, value])
  }
  if (points.length > 0) points.push([Math.max(range[1], points[points.length - 1][0]), points[points.length - 1][1]])
  return {
    id: 'bound',
    type: 'line',
    step: 'end',
    data: points,
    showSymbol: false,
    silent: true,
    lineStyle: { color: palette.ink3, width: frame.unit, type: [2, 3], opacity: 0.9 },
    z: 2,
  }
}

function heldOutSeries({ heldOut, log, palette, frame }: MetricView) {
  const shown = heldOut.filter(({ value, low }) => !log || (low ?? value) > 0)
  const bars = shown.filter((p) => p.low !== undefined && p.high !== undefined)
  const renderItem: CustomSeriesRenderItem = (_params, api) => {
    const [x, low] = api.coord([api.value(0), api.value(1)])
    const high = api.coord([api.value(0), api.value(2)])[1]
    return {
      type: 'line',
      shape: { x1: x, x2: x, y1: low, y2: high },
      style: { stroke: palette.heldOut, lineWidth: 1.5 * frame.unit, opacity: 0.75 },
      silent: true,
    }
  }
  return [
    { id: 'interval', type: 'custom', renderItem, data: bars.map((p) => [p.step, p.low, p.high]), clip: true, z: 5 },
    {
      id: 'held-out',
      type: 'line',
      data: shown.map((p) => [p.step, p.value]),
      symbol: 'circle',
      symbolSize: 5.5 * frame.unit,
      showAllSymbol: true,
      silent: true,
      lineStyle: { color: palette.heldOut, width: frame.unit, opacity: 0.55 },
      itemStyle: { color: palette.heldOut, borderColor: palette.panel, borderWidth: 1 },
      z: 6,
    },
  ]
}

/** Vertical marks: │ a stage begins, ◆ a change by the person, ▲ an alert. The sign sits on top, outside the curves. */
function marksSeries({ marks, range, palette, frame }: MetricView) {
  const shown = marks.filter((m) => m.step >= range[0] && m.step <= range[1])
  const renderItem: CustomSeriesRenderItem = (params, api) => {
    const mark = shown[params.dataIndex]
    const area = params.coordSys as unknown as { y: number; height: number }
    const [x] = api.coord([mark.step, 0])
    const color = { stage: palette.ink3, steering: palette.steer, alert: palette.alert }[mark.kind]
    const size = frame.font * 0.36
    const line = {
      type: 'line' as const,
      shape: { x1: x, x2: x, y1: area.y - size, y2: area.y + area.height },
      style: { stroke: color, lineWidth: frame.unit, opacity: mark.kind === 'stage' ? 0.7 : 0.38 },
    }
    if (mark.kind === 'stage') return line
    const up: [number, number][] =
      mark.kind === 'alert'
        ? [
            [x, area.y - size * 1.9],
            [x + size * 1.15, area.y + size * 0.3],
            [x - size * 1.15, area.y + size * 0.3],
          ]
        : [
            [x, area.y - size * 2.1],
            [x + size * 1.1, area.y - size],
            [x, area.y + size * 0.1],
            [x - size * 1.1, area.y - size],
          ]
    return {
      type: 'group' as const,
      children: [line, { type: 'polygon' as const, shape: { points: up }, style: { fill: color } }],
    }
  }
  // No height of their own, so that they do not stretch the axis.
  return {
    id: 'marks',
    type: 'custom',
    renderItem,
    data: shown.map((m) => [m.step, Number.NaN]),
    clip: false,
    silent: true,
    z: 2,
  }
}
