/** The table of metrics, out of the contract's own, and which of them have a chart. */
import { type MetricInfo, type MetricName, metrics, timingMetrics } from '../../src-main/contract/metrics.ts'
import { panels } from '../../src-renderer/charts/panels.ts'
import { code, table } from './markdown.ts'

const charted = new Set<string>(panels.flatMap((panel) => [panel.metric, panel.spread ?? panel.metric]))

export function metricTable(): string {
  return table(
    ['metric', 'in the window', 'unit', 'what it is'],
    Object.entries(metrics as Record<string, MetricInfo>).map(([name, { label, unit, about }]) => [
      code(name),
      charted.has(name) ? `**${label}**` : label,
      unit,
      timingMetrics.includes(name as MetricName) ? `${about} Wall clock: differs from run to run.` : about,
    ]),
  )
}
