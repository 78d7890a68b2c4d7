/** Grid and axes of every chart over steps. */
import type { Palette } from '../app/palette.ts'
import { compact } from '../format/number.ts'
import { type Over, tickLabel, ticksOf } from './abscissa.ts'
import type { Frame, Range } from './frame.ts'
import type { Panel } from './panels.ts'

interface Axes {
  panel: Pick<Panel, 'share' | 'fromZero'>
  over: Over
  /** Positions from the left edge to the right one. */
  range: Range
  /** A part of the run is shown: the height is for its detail. */
  zoomed: boolean
  /** Heights by powers of ten; shares keep their fixed axis. */
  log?: boolean
  palette: Palette
  frame: Frame
}

interface Extent {
  min: number
  max: number
}

/** Whether the values differ by rounding alone: drawn at full height it would look like a course. */
const isStill = ({ min, max }: Extent) => max > min && max - min < 1e-9 * Math.max(Math.abs(min), Math.abs(max))
const half = ({ max }: Extent) => Math.abs(max) / 2

export function axes({ panel, over, range, zoomed, log, palette, frame }: Axes) {
  const ticks = ticksOf(over, range)
  return {
    grid: { left: frame.left, right: frame.right, top: frame.top, bottom: frame.bottom, outerBoundsMode: 'none' },
    xAxis: {
      type: 'value',
      min: range[0],
      max: range[1],
      axisLine: { lineStyle: { color: palette.lineStrong }, onZero: false },
      axisTick: { show: false, customValues: ticks },
      splitLine: { show: false },
      axisLabel: {
        color: palette.ink3,
        fontSize: frame.font,
        margin: 5,
        hideOverlap: true,
        alignMaxLabel: 'right',
        customValues: ticks,
        formatter: (x: number) => tickLabel(over, x),
      },
    },
    yAxis: {
      type: log && !panel.share ? 'log' : 'value',
      ...(panel.share
        ? { min: 0, max: 1, interval: 0.5 }
        : log
          ? { min: null, scale: true }
          : {
              min: (seen: Extent) => (panel.fromZero && !zoomed ? 0 : isStill(seen) ? seen.min - half(seen) : null),
              max: (seen: Extent) => (isStill(seen) ? seen.max + half(seen) : null),
              scale: true,
            }),
      splitNumber: 2,
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: palette.line } },
      axisLabel: {
        color: palette.ink3,
        fontSize: frame.font,
        margin: 6,
        formatter: (value: number) => (panel.share ? `${Math.round(value * 100)} %` : compact(value)),
      },
    },
  }
}
