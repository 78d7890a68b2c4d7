/** Tables `metrics` and `metric_names`: one row a step and metric. */
import type { MetricColumns } from '../contract/api.ts'
import { type Db, sql } from './database.ts'
import { segmentsOf } from './family.ts'

/** SQLite has no NaN; what is not finite is stored as NULL, so that a chart shows a gap. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

export function insertMetrics(db: Db, run: number, step: number, values: Record<string, number>): void {
  const name = sql(db, 'INSERT OR IGNORE INTO metric_names (name) VALUES (?)')
  const insert = sql(
    db,
    'INSERT OR IGNORE INTO metrics (run, metric, step, value) VALUES (?, (SELECT metric FROM metric_names WHERE name = ?), ?, ?)',
  )
  for (const [metric, value] of Object.entries(values)) {
    name.run(metric)
    insert.run(run, metric, step, finite(value))
  }
}

export function deleteMetricsAfter(db: Db, run: number, step: number): void {
  const metrics = sql<{ metric: number }>(db, 'SELECT metric FROM metric_names').all()
  const remove = sql(db, 'DELETE FROM metrics WHERE run = ? AND metric = ? AND step > ?')
  for (const { metric } of metrics) remove.run(run, metric, step)
}

/**
 * @param names which series; all when left out. A name that the run lacks is left out of the answer.
 * @param afterStep only steps beyond this one
 * @param upTo and not beyond this one
 */
export function metricColumns(
  db: Db,
  run: number,
  names: string[] | undefined,
  afterStep: number,
  upTo = Number.MAX_SAFE_INTEGER,
): MetricColumns {
  const steps = sql<[number, number]>(
    db,
    'SELECT step, seconds FROM steps WHERE run = ? AND step > ? AND step <= ? AND closed = 1 ORDER BY step',
  )
    .raw()
    .all(run, afterStep, upTo)
  const columns: MetricColumns = { steps: steps.map((row) => row[0]), seconds: steps.map((row) => row[1]), series: {} }
  const known = sql<{ metric: number; name: string }>(db, 'SELECT metric, name FROM metric_names ORDER BY metric').all()
  for (const { metric, name } of known) {
    if (names && !names.includes(name)) continue
    const series = seriesOf(db, run, metric, columns.steps, afterStep, upTo)
    if (series) columns.series[name] = series
  }
  return columns
}

/** The same of the run's whole course, of which the part before a fork lies with the run that was forked. */
export function courseColumns(db: Db, run: number, names: string[] | undefined, afterStep: number): MetricColumns {
  const parts = segmentsOf(db, run).map(({ run: holder, after, upTo }) =>
    metricColumns(db, holder, names, Math.max(after, afterStep), upTo),
  )
  if (parts.length === 1) return parts[0]
  const columns: MetricColumns = { steps: [], seconds: [], series: {} }
  for (const { steps, seconds, series } of parts) {
    const before = columns.steps.length
    for (const [name, values] of Object.entries(series)) {
      columns.series[name] ??= new Array<number | null>(before).fill(null)
      columns.series[name] = columns.series[name].concat(values)
    }
    columns.steps = columns.steps.concat(steps)
    columns.seconds = columns.seconds.concat(seconds)
    for (const [name, values] of Object.entries(columns.series))
      columns.series[name] = values.concat(new Array<number | null>(columns.steps.length - values.length).fill(null))
  }
  return columns
}

function seriesOf(
  db: Db,
  run: number,
  metric: number,
  steps: number[],
  afterStep: number,
  upTo: number,
): (number | null)[] | undefined {
  const where = 'FROM metrics WHERE run = ? AND metric = ? AND step > ? AND step <= ? ORDER BY step'
  const values = sql<number | null>(db, `SELECT value ${where}`).pluck().all(run, metric, afterStep, upTo)
  if (values.length === 0) return undefined
  // Each belongs to a step: as many as there are steps means one each.
  if (values.length === steps.length) return values
  const at = new Map(steps.map((step, i) => [step, i]))
  const series = new Array<number | null>(steps.length).fill(null)
  const stepsOfValues = sql<number>(db, `SELECT step ${where}`).pluck().all(run, metric, afterStep, upTo)
  for (const [i, step] of stepsOfValues.entries()) {
    const place = at.get(step)
    // an evaluation may have come before its step
    if (place !== undefined) series[place] = values[i]
  }
  return series
}
