/** Arithmetic on series, before any drawing. */

export type Point = [step: number, value: number]

/** Without the steps that lack a value. */
export function pointsOf(steps: readonly number[], values: readonly (number | null)[]): Point[] {
  const points: Point[] = []
  for (let i = 0; i < steps.length; i++) {
    const value = values[i]
    if (value !== null && value !== undefined && Number.isFinite(value)) points.push([steps[i], value])
  }
  return points
}

/** Points within a range, with one neighbour on either side so that lines run on to the edge. */
export function within(points: Point[], [from, to]: [number, number]): Point[] {
  const first = firstAt(points, (step) => step >= from)
  const end = firstAt(points, (step) => step > to)
  return points.slice(Math.max(0, first - 1), end + 1)
}

/** Index of the first point that is far enough to the right; their number when none is. */
function firstAt(points: Point[], farEnough: (step: number) => boolean): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (farEnough(points[middle][0])) high = middle
    else low = middle + 1
  }
  return low
}

/** Exponential moving average with the start's bias taken out (as Adam does); weight of the past 0.8. */
export function smoothed(points: Point[], keep = 0.8): Point[] {
  let average = 0
  let weight = 0
  return points.map(([step, value]) => {
    average = keep * average + (1 - keep) * value
    weight = keep * weight + (1 - keep)
    return [step, average / weight]
  })
}

/** At most about `most` points, with the lowest and the highest of every bucket: no spike is ever hidden. */
export function thinned(points: Point[], most: number): Point[] {
  if (points.length <= most) return points
  const buckets = Math.max(1, Math.floor(most / 2))
  const kept: Point[] = [points[0]]
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * points.length) / buckets)
    const to = Math.floor(((b + 1) * points.length) / buckets)
    let low = from
    let high = from
    for (let i = from; i < to; i++) {
      if (points[i][1] < points[low][1]) low = i
      if (points[i][1] > points[high][1]) high = i
    }
    for (const i of low < high ? [low, high] : low > high ? [high, low] : [low]) kept.push(points[i])
  }
  kept.push(points[points.length - 1])
  return kept
}

/** A gap so many times as wide as the usual one is a hole: another stage lies there, which has no such values. */
const hole = 10

/** Positions after which a series has nothing for much longer than it usually has: of each hole its beginning. */
export function holesOf(points: readonly Point[]): number[] {
  const gaps = points.slice(1).map(([x], i) => x - points[i][0])
  const usual = gaps.toSorted((a, b) => a - b)[gaps.length >> 1]
  return usual > 0 ? gaps.flatMap((gap, i) => (gap > hole * usual ? points[i][0] : [])) : []
}

/** With a break in each hole, so that no line is drawn where nothing was measured. */
export function broken(points: readonly Point[], holes: readonly number[]): [number, number | null][] {
  let next = holes.findIndex((x) => x >= (points[0]?.[0] ?? 0))
  if (next < 0) return [...points]
  return points.flatMap((point, i): [number, number | null][] => {
    const end = points[i + 1]?.[0] ?? Number.POSITIVE_INFINITY
    if (next >= holes.length || holes[next] >= end) return [point]
    while (next < holes.length && holes[next] < end) next++
    return i + 1 < points.length ? [point, [point[0], null]] : [point]
  })
}

/** What lies between the holes, for what is filled rather than drawn as a line. */
export function piecesOf(points: readonly Point[], holes: readonly number[]): Point[][] {
  const pieces: Point[][] = [[]]
  for (const [x, value] of broken(points, holes)) {
    if (value === null) pieces.push([])
    else pieces[pieces.length - 1].push([x, value])
  }
  return pieces.filter((piece) => piece.length > 0)
}

const roundSteps = [10, 20, 30, 40, 60, 80, 100, 120, 150, 180, 200, 250, 300, 400, 500, 600, 800]

/**
 * Right end of the axis while a run grows: it moves in few large leaps, so that the curves do not creep to the left with every
 * step, and never past the plan.
 */
export function roundEnd(step: number, planned: number): number {
  let scale = 1
  for (;;) {
    for (const candidate of roundSteps) {
      const end = candidate * scale
      if (end >= step + 1) return step <= planned ? Math.min(end, Math.max(planned, 10)) : end
    }
    scale *= 100
  }
}

const roundLeads = [1, 2, 2.5, 3, 4, 5, 6]

/** Steps with a label: multiples of a round number. */
export function tickSteps([from, to]: [number, number]): number[] {
  const interval = tickInterval([from, to])
  const ticks: number[] = []
  for (let step = Math.ceil(from / interval) * interval; step <= to; step += interval) ticks.push(step)
  return ticks
}

/** Whole steps between the labels of an axis: four or five of them, and on the end of the range where that is round too. */
export function tickInterval([from, to]: [number, number]): number {
  const width = to - from
  const power = 10 ** Math.floor(Math.log10(Math.max(1, width / 5)))
  const candidates = [...roundLeads, 10]
    .map((lead) => lead * power)
    .filter((i) => Number.isInteger(i) && width / i <= 5.01 && width / i >= 2)
  return candidates.find((i) => from % i === 0 && to % i === 0) ?? candidates[0] ?? 1
}
