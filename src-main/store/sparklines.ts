/** The reward of every run in a few points, for a list of them. */
import { type Db, sql } from './database.ts'
import { segmentsOf } from './family.ts'

/** Steps that a point is the mean of: it reads so many rows, however long the run. */
const NEIGHBOURS = 8

/** @param points at most so many a run @returns by id; runs without rewards are left out */
export function sparklines(db: Db, points: number): Record<string, (number | null)[]> {
  const metric = sql<number>(db, "SELECT metric FROM metric_names WHERE name = 'reward'").pluck().get()
  const runs = sql<{ number: number; id: string; step: number }>(
    db,
    'SELECT number, id, step FROM runs WHERE deleted_at IS NULL AND step > 0',
  ).all()
  const near = sql<number | null>(
    db,
    `SELECT avg(value) FROM (SELECT value FROM metrics WHERE run = ? AND metric = ? AND step >= ? AND step < ? LIMIT ${NEIGHBOURS})`,
  ).pluck()
  const lines = runs.map(({ number, id, step: last }) => {
    const segments = segmentsOf(db, number)
    const count = Math.min(points, last)
    const width = last / count
    const line = Array.from({ length: count }, (_, i) => {
      const from = Math.floor(i * width) + 1
      const holder = segments.find(({ after, upTo }) => from > after && from <= upTo)?.run ?? number
      return near.get(holder, metric ?? -1, from, Math.floor((i + 1) * width) + 1) as number | null
    })
    return [id, line] as const
  })
  return Object.fromEntries(lines.filter(([, line]) => line.some((value) => value !== null)))
}
