/** The files of `grpo-studio export`, in any of its formats, read back as the records that they were. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type TableFormat, tableFormats } from '../contract/table.ts'
import { complaint } from './complaint.ts'
import { type FoundFile, fileAt } from './files.ts'
import type { Meter } from './source.ts'
import { isEmpty, numberIn, type TableRow, tableRows } from './table-rows.ts'

/** A question mark: the cell may be empty, which is null. */
type Kind = 'text' | 'text?' | 'integer' | 'integer?' | 'number' | 'number?' | 'truth' | 'truth?' | 'json' | 'json?'
type Columns = Readonly<Record<string, Kind>>

/** Files in the order in which their records are read, and the columns of each. */
const files = {
  run: {
    number: 'integer',
    id: 'text',
    name: 'text',
    status: 'text',
    backend: 'text?',
    device: 'text?',
    parameters: 'integer?',
    createdAt: 'text',
    endedAt: 'text?',
    step: 'integer',
    stage: 'integer?',
    starred: 'truth',
    archived: 'truth',
    tags: 'json',
    note: 'text',
    error: 'json?',
    settings: 'json?',
    config: 'json?',
    source: 'json?',
  },
  stages: {
    stage: 'integer',
    name: 'text',
    kind: 'text',
    plannedSteps: 'integer',
    firstStep: 'integer?',
    lastStep: 'integer?',
    endReason: 'text?',
  },
  steps: { step: 'integer', stage: 'integer', at: 'text', seconds: 'number', settings: 'json?' },
  problems: { prompt: 'text', data: 'json' },
  completions: {
    step: 'integer',
    group: 'integer',
    prompt: 'text',
    answer: 'text',
    kind: 'text',
    sample: 'integer',
    text: 'text',
    kept: 'truth?',
    tokens: 'integer?',
    finishReason: 'text?',
    reward: 'number?',
    advantage: 'number?',
    sides: 'json?',
    language: 'text?',
    label: 'text?',
    note: 'text?',
  },
  evaluations: {
    step: 'integer',
    at: 'text',
    prompts: 'integer?',
    accuracy: 'number?',
    accuracyLow: 'number?',
    accuracyHigh: 'number?',
    formatRate: 'number?',
    meanLength: 'number?',
    reflections: 'number?',
    clippedRatio: 'number?',
    seconds: 'number?',
    samplesPerPrompt: 'integer?',
    temperature: 'number?',
    topP: 'number?',
    passAt: 'json',
    consensus: 'json?',
    languageMixing: 'number?',
    byLevel: 'json',
    general: 'json?',
    byKind: 'json',
  },
  'evaluation-samples': {
    step: 'integer',
    prompt: 'text',
    answer: 'text',
    kind: 'text',
    sample: 'integer',
    text: 'text',
    tokens: 'integer',
    finishReason: 'text',
    correct: 'truth',
    vote: 'integer?',
    level: 'number?',
    language: 'number?',
  },
  steering: {
    id: 'integer',
    kind: 'text',
    changes: 'json?',
    note: 'text?',
    detail: 'json?',
    requestedAt: 'text',
    requestedStep: 'integer',
    effectiveStep: 'integer?',
    before: 'json',
    refused: 'text?',
  },
  checkpoints: { step: 'integer', at: 'text', folder: 'text', bytes: 'integer?' },
  alerts: {
    id: 'integer',
    step: 'integer',
    at: 'text',
    kind: 'text',
    message: 'text',
    hint: 'text',
    evidence: 'json',
  },
} as const satisfies Record<string, Columns>
export type ExportFile = keyof typeof files

/** Without which there is no run. */
const needed: readonly ExportFile[] = ['run', 'stages', 'steps']

/** A record with its own columns, and those that are called by a metric, a knob or a reward. */
export interface ExportRecord {
  place: string
  own: Record<string, unknown>
  more: Record<string, unknown>
}

export interface ExportPiece {
  file: ExportFile
  records: ExportRecord[]
}

export const exportFormatIn = (folder: string): TableFormat | undefined =>
  tableFormats.find(
    (format) => existsSync(join(folder, `run.${format}`)) && existsSync(join(folder, `steps.${format}`)),
  )

/** Those that there are. @throws StudioError bad-request where one that is needed is not there */
export function exportedFiles(folder: string, format: TableFormat): (FoundFile & { file: ExportFile })[] {
  return (Object.keys(files) as ExportFile[]).flatMap((file) => {
    const path = join(folder, `${file}.${format}`)
    if (existsSync(path)) return [{ file, ...fileAt(path) }]
    if (needed.includes(file))
      throw complaint(
        `${folder} is no whole export: it has no ${file}.${format}.`,
        `Export the run again: grpo-studio export RUN --format ${format} --out DIR`,
      )
    return []
  })
}

/** The record of the run itself. @throws StudioError bad-request */
export async function exportedRun(folder: string, format: TableFormat): Promise<Record<string, unknown>> {
  const path = join(folder, `run.${format}`)
  for await (const { records } of readExport([{ file: 'run', path }], format, () => {}))
    if (records.length > 0) return records[0].own
  throw complaint(`${path} has no record.`, 'Export the run again.')
}

/** All records, piece by piece. @throws StudioError bad-request naming file, place and column of what is not as an export has it */
export async function* readExport(
  found: readonly { file: ExportFile; path: string }[],
  format: TableFormat,
  meter: Meter,
): AsyncGenerator<ExportPiece> {
  for (const { file, path } of found)
    for await (const rows of tableRows(path, format, meter, isObject(files[file])))
      if (rows.length > 0) yield { file, records: rows.map((row) => decoded(path, files[file], row)) }
}

/** Columns that hold objects: they stay whole. */
const isObject =
  (columns: Columns) =>
  (name: string): boolean =>
    columns[name]?.startsWith('json') || name.endsWith('.parts')

function decoded(path: string, columns: Columns, { place, value }: TableRow): ExportRecord {
  const own: Record<string, unknown> = {}
  // an export says so of a text that was not kept
  const gone = columns.kept !== undefined && numberIn(value.kept) === 0
  for (const [name, kind] of Object.entries(columns))
    own[name] = gone && name === 'text' ? null : cell(path, place, name, kind, value[name])
  const more = Object.fromEntries(Object.entries(value).filter(([name]) => !Object.hasOwn(columns, name)))
  return { place, own, more }
}

function cell(path: string, place: string, name: string, kind: Kind, value: unknown): unknown {
  const wrong = (what: string) =>
    complaint(
      `${place[0].toUpperCase()}${place.slice(1)} of ${path} has ${what} in its column "${name}"${isEmpty(value) ? '' : `: ${JSON.stringify(value)?.slice(0, 80)}`}.`,
      'An export is read as it was written: export the run again.',
    )
  const bare = kind.replace('?', '')
  if (bare === 'text' && typeof value === 'string' && (kind === 'text' || value !== '')) return value
  if (isEmpty(value)) {
    if (kind.endsWith('?')) return null
    throw wrong('nothing')
  }
  if (bare === 'number' || bare === 'integer') {
    const number = numberIn(value)
    if (number === undefined || (bare === 'integer' && !Number.isInteger(number)))
      throw wrong(bare === 'integer' ? 'no whole number' : 'no number')
    return number
  }
  if (bare === 'truth') {
    const number = numberIn(value)
    if (number !== 0 && number !== 1) throw wrong('neither true nor false')
    return number === 1
  }
  if (bare === 'json') {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value) as unknown
    } catch {
      throw wrong('no JSON')
    }
  }
  throw wrong('no text')
}

export interface ExportSource {
  format: TableFormat
  files: (FoundFile & { file: ExportFile })[]
  /** What it says of the run itself. */
  run: Record<string, unknown>
}

/** @throws StudioError bad-request for what is no whole export */
export async function openExport(folder: string): Promise<ExportSource> {
  const format = exportFormatIn(folder)
  if (!format)
    throw complaint(
      `${folder} holds no export of grpo-studio: neither run.csv, run.jsonl nor run.parquet with its steps.`,
      'Give the folder that grpo-studio export wrote into.',
    )
  return { format, files: exportedFiles(folder, format), run: await exportedRun(folder, format) }
}
