/** The metrics of a run as growing columns. Mutable on purpose: a chart reads them when `version` says that they changed. */
import type { MetricColumns } from '../../src-main/contract/api.ts'
import type { StepSummary } from '../../src-main/contract/records.ts'

export interface Columns {
  steps: number[]
  seconds: (number | null)[]
  series: Record<string, (number | null)[]>
}

export const emptyColumns = (): Columns => ({ steps: [], seconds: [], series: {} })

export function lastStep(columns: Columns): number {
  return columns.steps.at(-1) ?? 0
}

/** Index of the last step that is ≤ `step`; −1 when there is none. */
export function indexOfStep(columns: Columns, step: number): number {
  let low = 0
  let high = columns.steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (columns.steps[middle] <= step) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Forgets every step after `step`. */
export function rewind(columns: Columns, step: number): void {
  const keep = indexOfStep(columns, step) + 1
  columns.steps.length = keep
  columns.seconds.length = keep
  for (const values of Object.values(columns.series)) values.length = Math.min(values.length, keep)
}

/** A step that is already there is replaced together with everything after it: it was done again. */
export function append(columns: Columns, step: StepSummary, seconds: number | null): void {
  rewind(columns, step.step - 1)
  const at = columns.steps.push(step.step) - 1
  columns.seconds.push(seconds)
  for (const [name, value] of Object.entries(step.metrics)) {
    columns.series[name] ??= new Array(at).fill(null)
    const series = columns.series[name]
    while (series.length < at) series.push(null)
    series.push(Number.isFinite(value) ? value : null)
  }
  for (const series of Object.values(columns.series)) while (series.length <= at) series.push(null)
}

/** What the host sent, joined after what is there up to its first step. */
export function extend(columns: Columns, more: MetricColumns): void {
  if (more.steps.length === 0) return
  rewind(columns, more.steps[0] - 1)
  const before = columns.steps.length
  for (const step of more.steps) columns.steps.push(step)
  for (const second of more.seconds) columns.seconds.push(second)
  for (const [name, values] of Object.entries(more.series)) {
    columns.series[name] ??= new Array(before).fill(null)
    for (const value of values) columns.series[name].push(value)
  }
  for (const series of Object.values(columns.series)) while (series.length < columns.steps.length) series.push(null)
}
