/** From values to pixels, and round values for an axis. */

export interface Scale {
  from: number
  to: number
  at(value: number): number
}

/** Linear; a range of no width is widened. */
export function scaleOf([low, high]: readonly [number, number], [start, end]: readonly [number, number]): Scale {
  const [from, to] = high > low ? [low, high] : [low - 0.5, high + 0.5]
  return { from, to, at: (value) => start + ((value - from) / (to - from)) * (end - start) }
}

/** About `count` round values within a range. */
export function roundTicks(from: number, to: number, count: number): number[] {
  const raw = (to - from) / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((lead) => lead * power).find((candidate) => candidate >= raw * 0.999) ?? raw
  const first = Math.ceil(from / step - 1e-9)
  const ticks: number[] = []
  for (let i = first; i * step <= to + step * 1e-9; i++) ticks.push(Number((i * step).toPrecision(12)))
  return ticks
}

/** The lowest and the highest of some values, with a little room on either side. */
export function rangeOf(values: readonly number[], room = 0.06): [number, number] {
  const [low, high] = values.reduce(([l, h], v) => [Math.min(l, v), Math.max(h, v)], [Infinity, -Infinity])
  if (low > high) return [0, 1]
  const margin = (high - low || 1) * room
  return [low - margin, high + margin]
}
