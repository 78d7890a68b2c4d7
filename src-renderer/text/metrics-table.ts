import type { MetricColumns } from '../../src-main/contract/api.ts'
import type { Column, Row } from '../../src-main/contract/table.ts'

export interface RunMetrics {
  number: number
  metrics: Pick<MetricColumns, 'steps' | 'series'> & { seconds: readonly (number | null)[] }
}

/** Of several runs, whatever metrics each has. */
export function metricsTable(runs: readonly RunMetrics[]): { columns: Column[]; rows: Row[] } {
  const names = [...new Set(runs.flatMap(({ metrics }) => Object.keys(metrics.series)))].sort()
  const rows = runs.flatMap(({ number, metrics: { steps, seconds, series } }) =>
    steps.map((step, i) => {
      const values = names.map((name) => [name, series[name]?.[i] ?? null] as const)
      return { run: number, step, seconds: seconds[i] ?? null, ...Object.fromEntries(values) }
    }),
  )
  const whole = ['run', 'step'].map((name): Column => ({ name, type: 'integer' }))
  const others = ['seconds', ...names].map((name): Column => ({ name, type: 'number' }))
  return { columns: [...whole, ...others], rows }
}
