/** What the page fetches of each run, and what it draws of it. */
import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { EvaluationSummary } from '../../../src-main/contract/evaluation.ts'
import type { RunDetail, RunSummary, SteeringEvent } from '../../../src-main/contract/records.ts'
import { seriesColours } from '../../app/palette.ts'
import { abscissaOf, type Over } from '../../charts/abscissa.ts'
import type { Range } from '../../charts/frame.ts'
import { type Columns, emptyColumns, extend } from '../../stores/columns.ts'
import { api } from '../../stores/host.ts'
import { type Resource, useResource } from '../../stores/resource.ts'
import { isActive } from '../../stores/runs.ts'
import { schemeStore } from '../../stores/scheme.ts'
import { useRuns } from '../../stores/use.ts'

export interface Compared {
  detail: RunDetail
  columns: Columns
  evaluations: EvaluationSummary[]
  events: SteeringEvent[]
}

/** Of a run that goes, so many times in its course is everything fetched anew. */
const refreshes = 100

function freshness(run: RunSummary | undefined): string {
  if (!run) return ''
  const grain = isActive(run.status) ? Math.max(1, Math.round((run.totalSteps ?? run.step) / refreshes)) : 1
  return `${run.id} ${run.status} ${Math.floor(run.step / grain)}`
}

/** @param numbers of the runs, in the order shown */
export function useCompared(numbers: readonly number[]): Resource<Compared[]> {
  const { runs } = useRuns()
  const key = numbers.map((n) => `${n} ${freshness(runs?.find((r) => r.number === n))}`).join('|')
  return useResource(numbers.length > 0 ? key : null, () => Promise.all(numbers.map(load)))
}

async function load(number: number): Promise<Compared> {
  const { runs } = api()
  const runId = String(number)
  const [detail, metrics, evaluations, events] = await Promise.all([
    runs.get({ runId }),
    runs.metrics({ runId }),
    runs.evaluations({ runId }),
    runs.events({ runId }),
  ])
  const columns = emptyColumns()
  extend(columns, metrics)
  return { detail, columns, evaluations, events }
}

/** One a run; from the ninth run on they come again, dashed lines apart. */
export function useColours(count: number): string[] {
  const scheme = useStore(schemeStore, (s) => s.scheme)
  return useMemo(
    () => Array.from({ length: count }, (_, i) => seriesColours[scheme][i % seriesColours[scheme].length]),
    [count, scheme],
  )
}

/** What all of them span. */
export function wholeRange(runs: readonly Compared[], over: Over): Range {
  return [0, Math.max(2, ...runs.map(({ columns }) => abscissaOf(over, columns).xs.at(-1) ?? 0))]
}
