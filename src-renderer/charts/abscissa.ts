/** What charts run over: steps, seconds of training, or tokens learnt from. A run's steps and those positions are led into one another. */
import { compact } from '../format/number.ts'
import type { Columns } from '../stores/columns.ts'
import type { Range } from './frame.ts'
import { roundEnd, tickSteps } from './series.ts'

export const abscissae = ['steps', 'time', 'tokens'] as const
export type Over = (typeof abscissae)[number]

/** Of one run, as far as it has come. */
export interface Abscissa {
  over: Over
  /** Position of each stored step, in their order. */
  xs: readonly number[]
  /** Between stored steps by proportion; beyond the last at the run's mean pace. */
  toX(step: number): number
  /** The other way. */
  toStep(x: number): number
}

const known = new WeakMap<Columns, { key: string; abscissa: Abscissa }>()

/** The same object as long as the columns have not grown. */
export function abscissaOf(over: Over, columns: Columns): Abscissa {
  const key = `${over} ${columns.steps.length} ${columns.steps.at(-1)}`
  const before = known.get(columns)
  if (before?.key === key) return before.abscissa
  const abscissa = over === 'steps' ? bySteps(columns) : byValues(over, columns)
  known.set(columns, { key, abscissa })
  return abscissa
}

const bySteps = ({ steps }: Columns): Abscissa => ({ over: 'steps', xs: steps, toX: (step) => step, toStep: (x) => x })

function byValues(over: Over, columns: Columns): Abscissa {
  const values = over === 'time' ? columns.seconds : (columns.series.num_tokens ?? [])
  let last = 0
  const xs = columns.steps.map((_, i) => {
    last = Math.max(last, values[i] ?? last)
    return last
  })
  return { over, xs, toX: (step) => led(step, columns.steps, xs), toStep: (x) => led(x, xs, columns.steps) }
}

/** Where `at` among `from` leads among `to`; both begin at 0 and never fall. */
function led(at: number, from: readonly number[], to: readonly number[]): number {
  const end = from.length - 1
  if (at <= 0 || end < 0) return end < 0 ? at : 0
  if (at > from[end]) return from[end] > 0 ? (at / from[end]) * to[end] : to[end]
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >> 1
    if (from[middle] < at) low = middle + 1
    else high = middle
  }
  const [x0, y0] = low === 0 ? [0, 0] : [from[low - 1], to[low - 1]]
  return from[low] > x0 ? y0 + ((at - x0) / (from[low] - x0)) * (to[low] - y0) : to[low]
}

/** Positions that a chart of one run spans: those of a range of steps, and a round end past the newest while the whole of it grows. */
export function spanOf(abscissa: Abscissa, [from, to]: Range, growing: boolean): Range {
  if (abscissa.over === 'steps') return [from, to]
  const end = growing ? roundEnd(Math.ceil(abscissa.xs.at(-1) ?? 0), Number.POSITIVE_INFINITY) : abscissa.toX(to)
  return [abscissa.toX(from), Math.max(end, 1)]
}

const minute = 60
const hour = 60 * minute
const times = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 240, 480].map((n) => n * hour),
]

/** Positions with a label: round ones, five or fewer. */
export function ticksOf(over: Over, range: Range): number[] {
  if (over !== 'time') return tickSteps(range)
  const [from, to] = range
  const interval = times.find((seconds) => (to - from) / seconds <= 5.01) ?? to - from
  const ticks: number[] = []
  for (let x = Math.ceil(from / interval) * interval; x <= to; x += interval) ticks.push(x)
  return ticks
}

/** 30 → "30 s", 90 → "1:30", 600 → "10 m", 5400 → "1 h 30"; tokens and steps as short numbers. */
export function tickLabel(over: Over, x: number): string {
  if (over !== 'time') return compact(x)
  const rest = (whole: number) => String(Math.round(x % whole)).padStart(2, '0')
  if (x < minute) return x === 0 ? '0' : `${Math.round(x)} s`
  if (x < hour) return x % minute === 0 ? `${x / minute} m` : `${Math.floor(x / minute)}:${rest(minute)}`
  const minutes = Math.round((x % hour) / minute)
  return minutes === 0 ? `${Math.floor(x / hour)} h` : `${Math.floor(x / hour)} h ${String(minutes).padStart(2, '0')}`
}
