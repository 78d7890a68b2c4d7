/** Tables as files: each in the three formats, with the same columns. */
import { type TableFormat, tableFormats } from '../../src-main/contract/table.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { routeStore } from '../stores/route.ts'
import { filtered, sorted } from '../stores/run-list.ts'
import { runsStore } from '../stores/runs.ts'
import { saveTable, type TableSource } from '../stores/saving.ts'
import { allTraces, selectedTraces, tracesStore } from '../stores/traces.ts'
import { metricsTable } from '../text/metrics-table.ts'
import { runColumns, runRow } from '../text/runs-table.ts'
import { t } from '../text/t.ts'
import { traceColumns, traceRow } from '../text/traces-table.ts'
import type { Action, ActionGroup } from './action.ts'

export const formatNames: Record<TableFormat, string> = { csv: 'CSV', jsonl: t('JSON lines'), parquet: 'Parquet' }

export type Savings = Record<TableFormat, Action>

interface Saved {
  id: string
  /** What is saved. */
  name: () => string
  group: ActionGroup
  words: string
  enabled: () => boolean
  source: () => TableSource | Promise<TableSource>
}

function savings({ id, name, group, words, enabled, source }: Saved): Savings {
  const one = (format: TableFormat): Action => ({
    id: `${id}-${format}`,
    name: () => t('Save {{what}} as {{format}}', { what: name(), format: formatNames[format] }),
    group,
    keys: [],
    words: `export download table ${words}`,
    enabled,
    run: async () => {
      try {
        await saveTable(await source(), format)
      } catch (error) {
        failed(error)
      }
    },
  })
  return Object.fromEntries(tableFormats.map((format) => [format, one(format)])) as Savings
}

const pageIs = (page: string) => routeStore.getState().page === page

/** Those that are selected, else all that the search finds, also what is not in the list yet. */
export const saveTraces = savings({
  id: 'save-traces',
  name: () => (tracesStore.getState().selected.size > 0 ? t('the selected completions') : t('the completions found')),
  group: 'Traces',
  words: 'samples traces spreadsheet',
  enabled: () => pageIs('traces') && tracesStore.getState().hits.length > 0,
  source: () => {
    const state = tracesStore.getState()
    const { runId, selected } = state
    const whole = `grpo-studio export ${runId} --out ./${runId}`
    const rows = selected.size > 0 ? [selectedTraces(state).map((one) => traceRow(runId, one))] : allTraces()
    return { file: `${runId}-traces`, columns: traceColumns, rows, whole }
  },
})

export const saveMetrics = savings({
  id: 'save-metrics',
  name: () => t('all metrics'),
  group: 'Charts',
  words: 'values spreadsheet',
  enabled: () => pageIs('live') && liveStore.getState().columns.steps.length > 1,
  source: () => {
    const { runId, detail, columns: metrics } = liveStore.getState()
    const { columns, rows } = metricsTable([{ number: detail?.number ?? 0, metrics }])
    return { file: `${runId}-metrics`, columns, rows: [rows] }
  },
})

/** The runs that are listed, in the order of the list. */
export const saveRuns = savings({
  id: 'save-runs',
  name: () => t('the runs listed'),
  group: 'Run',
  words: 'list spreadsheet',
  enabled: () => pageIs('runs') && (runsStore.getState().runs ?? []).length > 0,
  source: () => {
    const route = routeStore.getState()
    const runs = runsStore.getState().runs ?? []
    const listed = route.page === 'runs' ? sorted(filtered(runs, route.list), route.list.sort) : runs
    return { file: 'runs', columns: runColumns, rows: [listed.map(runRow)] }
  },
})

/** Every metric of every run that is compared, a row a step. */
export const saveComparison = savings({
  id: 'save-comparison',
  name: () => t('the comparison'),
  group: 'Charts',
  words: 'runs metrics spreadsheet',
  enabled: () => {
    const route = routeStore.getState()
    return heard() && route.page === 'compare' && route.runs.length > 0
  },
  source: async () => {
    const route = routeStore.getState()
    const numbers = route.page === 'compare' ? route.runs : []
    const metrics = await Promise.all(numbers.map((number) => api().runs.metrics({ runId: String(number) })))
    const { columns, rows } = metricsTable(numbers.map((number, i) => ({ number, metrics: metrics[i] })))
    return { file: `runs-${numbers.join('-')}`, columns, rows: [rows] }
  },
})
