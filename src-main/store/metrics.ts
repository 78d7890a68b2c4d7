/** Tables `metrics` and `metric_names`: one row a step and metric. */
import type { MetricColumns } from '../contract/api.ts'
import { type Db, sql } from './database.ts'

/** SQLite has no NaN; what is not finite is stored as NULL, so that a chart shows a gap. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

export function insertMetrics(db: Db, run: number, step: number, values: Record<string, number>): void {
  const name = sql(db, 'INSERT OR IGNORE INTO metric_names (name) VALUES (?)')
  const insert = sql(
    db,
    'INSERT INTO metrics (run, metric, step, value) VALUES (?, (SELECT metric FROM metric_names WHERE name = ?), ?, ?)',
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
 */
export function metricColumns(db: Db, run: number, names: string[] | undefined, afterStep: number): MetricColumns {
  const steps = sql<[number, number]>(db, 'SELECT step, seconds FROM steps WHERE run = ? AND step > ? ORDER BY step')
    .raw()
    .all(run, afterStep)
  const columns: MetricColumns = { steps: steps.map((row) => row[0]), seconds: steps.map((row) => row[1]), series: {} }
  const position = new Map(columns.steps.map((step, i) => [step, i]))
  const read = sql<[number, number | null]>(
    db,
    'SELECT step, value FROM metrics WHERE run = ? AND metric = ? AND step > ? ORDER BY step',
  ).raw()
  for (const { metric, name } of sql<{ metric: number; name: string }>(
    db,
    'SELECT metric, name FROM metric_names ORDER BY metric',
  ).all()) {
    if (names && !names.includes(name)) continue
    const rows = read.all(run, metric, afterStep)
    if (rows.length === 0) continue
    const series = new Array<number | null>(steps.length).fill(null)
    for (const [step, value] of rows) {
      const at = position.get(step)
      if (at !== undefined) series[at] = value
    }
    columns.series[name] = series
  }
  return columns
}
