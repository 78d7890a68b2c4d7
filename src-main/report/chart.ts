/** A chart over training steps as SVG, drawn without a window; its colours are the page's, so that it follows light and dark. */
import * as echarts from 'echarts'
import { Markup } from './html.ts'

export interface HeldOutPoint {
  step: number
  value: number
  low?: number
  high?: number
}

export interface Chart {
  title: string
  unit: string
  steps: readonly number[]
  values: readonly (number | null)[]
  heldOut?: readonly HeldOutPoint[]
  /** Between 0 and 1, shown as percent. */
  share?: boolean
  /** Steps at which the person changed something. */
  steered: readonly number[]
  /** First steps of the stages after the first. */
  stages: readonly number[]
}

const width = 520
const height = 210

const standIn = (blue: number) => `#0102${blue.toString(16).padStart(2, '0')}`

/** Colours that stand for the page's own. */
const ink = standIn(3)
const faint = standIn(4)
const grid = standIn(5)
const heldOutInk = standIn(6)
const steer = standIn(7)
/** Of things side by side. */
export const cellInks = Array.from({ length: 10 }, (_, i) => standIn(16 + i))
const variables: Record<string, string> = {
  [ink]: 'var(--ink)',
  [faint]: 'var(--faint)',
  [grid]: 'var(--line)',
  [heldOutInk]: 'var(--held-out)',
  [steer]: 'var(--steer)',
  ...Object.fromEntries(cellInks.map((of, i) => [of, `var(--cell-${i + 1})`])),
}

/** @param chart its title is not drawn: the page has it */
export function draw({ steps, values, heldOut = [], share = false, steered, stages, title }: Chart): Markup {
  const known = heldOut.filter((p) => Number.isFinite(p.value))
  const marks = [
    ...stages.map((step) => ({ xAxis: step, lineStyle: { color: faint, type: 'solid' as const } })),
    ...steered.map((step) => ({ xAxis: step, lineStyle: { color: steer, type: 'dashed' as const } })),
  ]
  const lastStep = Math.max(steps.at(-1) ?? 1, known.at(-1)?.step ?? 1)
  return drawOverSteps({ title, height, lastStep, share }, [
    {
      type: 'line',
      data: steps.map((step, i) => [step, values[i]]),
      showSymbol: steps.length < 3,
      symbolSize: 4,
      lineStyle: { color: ink, width: 1.5 },
      itemStyle: { color: ink },
      markLine: { silent: true, symbol: 'none', label: { show: false }, data: marks },
    },
    {
      type: 'custom',
      data: known.map((p) => [p.step, p.low ?? p.value, p.high ?? p.value]),
      renderItem: whisker(heldOutInk, 1.5),
    },
    {
      type: 'line',
      data: known.map((p) => [p.step, p.value]),
      symbol: 'circle',
      symbolSize: 6,
      lineStyle: { color: heldOutInk, width: 1.5 },
      itemStyle: { color: heldOutInk },
    },
  ])
}

interface Sheet {
  title: string
  /** px */
  height: number
  lastStep: number
  /** The values lie between 0 and 1 and are shown as per cent. */
  share: boolean
}

export function drawOverSteps({ title, height, lastStep, share }: Sheet, series: object[]): Markup {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', color: faint },
    grid: { left: 50, right: 14, top: 12, bottom: 26 },
    xAxis: {
      type: 'value',
      min: 0,
      max: Math.max(1, lastStep),
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
    series,
  } as echarts.EChartsCoreOption)
  const svg = chart.renderToSVGString()
  chart.dispose()
  return new Markup(themed(svg, title))
}

/** Draws [step, low, high] as an interval. @param aside px to the right, where several would hide one another */
export const whisker =
  (color: string, lineWidth: number, aside = 0) =>
  (_: unknown, api: { value(i: number): number; coord(at: number[]): number[] }) => {
    const [x, low] = api.coord([api.value(0), api.value(1)])
    const [, high] = api.coord([api.value(0), api.value(2)])
    return {
      type: 'line',
      shape: { x1: x + aside, y1: low, x2: x + aside, y2: high },
      style: { stroke: color, lineWidth, opacity: 0.6 },
    }
  }

/** The page's colours in place of those that stand for them. */
function themed(svg: string, title: string): string {
  const coloured = svg.replace(/#0102[0-9a-f]{2}|rgb\(1,\s?2,\s?\d+\)/g, (colour) => {
    const blue = /(\d+)\)$/.exec(colour)?.[1]
    return variables[blue === undefined ? colour : standIn(Number(blue))] ?? colour
  })
  const label = title.replace(/[^\p{L}\p{N} ,.@/-]/gu, '')
  return coloured.replace(
    /^<svg width="(\d+)" height="(\d+)"/,
    `<svg role="img" aria-label="${label}" viewBox="0 0 $1 $2"`,
  )
}

export function short(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  return size >= 1e4 || size < 1e-3 ? value.toExponential(0) : String(Number(value.toPrecision(3)))
}
