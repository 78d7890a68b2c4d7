/** A metric's whole course as points, and its average: worked out once a step rather than once a drawing, as zooming draws often. */
import { holesOf, type Point, pointsOf, smoothed } from './series.ts'

export interface Course {
  points: Point[]
  /** Over the whole run: the same at every zoom. */
  average: Point[]
  /** See `holesOf`. */
  holes: number[]
}

type Values = readonly (number | null)[]

const known = new WeakMap<Values, { key: string; course: Course }>()

/** @param values of a series, which grows in place @param xs their positions */
export function courseOf(xs: readonly number[], values: Values): Course {
  const key = [xs.length, xs.at(0), xs.at(-1), values.length, values.at(-1)].join(' ')
  const before = known.get(values)
  if (before?.key === key) return before.course
  const points = pointsOf(xs, values)
  const course = { points, average: smoothed(points), holes: holesOf(points) }
  known.set(values, { key, course })
  return course
}
