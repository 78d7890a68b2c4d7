/** Tables for other tools, with the same columns in each format. */
import { csvLine } from './csv.ts'

export const tableFormats = ['csv', 'jsonl', 'parquet'] as const
export type TableFormat = (typeof tableFormats)[number]

/** `time` is an ISO time, `json` whatever has parts of its own. */
export type ColumnType = 'text' | 'integer' | 'number' | 'truth' | 'time' | 'json'

export interface Column {
  name: string
  type: ColumnType
}

export type Row = Record<string, unknown>

/** By their names, not by their values: a column has the same type in every file. Every other number may have a fraction. */
const integers = new Set([
  'number',
  'parent',
  'forkStep',
  'id',
  'parameters',
  'seed',
  'step',
  'totalSteps',
  'stage',
  'stageCount',
  'firstStep',
  'lastStep',
  'steps',
  'plannedSteps',
  'samplesPerPrompt',
  'level',
  'group',
  'sample',
  'tokens',
  'prompts',
  'requestedStep',
  'effectiveStep',
  'bytes',
])
const times = new Set(['at', 'createdAt', 'endedAt', 'requestedAt', 'startedAt'])

/** Every column that some row has, in the order in which they come. */
export function columnsOf(rows: Iterable<Row>): Column[] {
  const types = new Map<string, ColumnType | undefined>()
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      const before = types.get(name)
      const type = value === null || value === undefined ? before : typeOf(name, value)
      // a column of several kinds is written as JSON, which tells them apart
      types.set(name, before !== undefined && type !== before ? 'json' : type)
    }
  return [...types].map(([name, type]) => ({ name, type: type ?? emptyType(name) }))
}

function typeOf(name: string, value: unknown): ColumnType {
  if (typeof value === 'number') return integers.has(name) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'truth'
  if (typeof value === 'string') return times.has(name) ? 'time' : 'text'
  return 'json'
}

/** Metrics have names such as `reward_model/out_of_range`. */
const emptyType = (name: string): ColumnType =>
  integers.has(name) ? 'integer' : times.has(name) ? 'time' : name.includes('/') ? 'number' : 'text'

export const csvHead = (columns: readonly Column[]): string => csvLine(columns.map(({ name }) => name))
export const csvRow = (columns: readonly Column[], row: Row): string => csvLine(columns.map(({ name }) => row[name]))
export const jsonRow = (row: Row): string => `${JSON.stringify(row)}\n`
