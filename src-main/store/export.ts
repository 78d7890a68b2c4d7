/** A run as files for other tools: one file a kind of record, as comma-separated values, JSON lines or Parquet. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { fileWriter } from 'hyparquet-writer'
import { knobsOf, knobValue, settingsOf } from '../contract/knobs.ts'
import { ParquetRows } from '../contract/parquet.ts'
import { keptSettings, mergeSettings, type Settings } from '../contract/settings.ts'
import { type Column, columnsOf, csvHead, csvRow, jsonRow, type Row, type TableFormat } from '../contract/table.ts'
import { alertsOf } from './alerts.ts'
import type { Db } from './database.ts'
import { storageError } from './database.ts'
import { eachEvaluationSample, evaluationsOf } from './evaluations.ts'
import { eachCompletion, eachProblem } from './groups.ts'
import { metricColumns } from './metrics.ts'
import { marksOf, type RunRow } from './runs.ts'
import { stagesOf } from './stages.ts'
import { eventsOf } from './steering.ts'
import { eachStep } from './steps.ts'
import { listedCheckpoints } from './trainer-checkpoints.ts'

/**
 * @param into folder, made where it is missing; files of an earlier export in it are replaced
 * @returns the files written and how many records each has
 * @throws StudioError disk-full, data-folder
 */
export function exportRun(db: Db, run: RunRow, format: TableFormat, into: string): { file: string; records: number }[] {
  try {
    mkdirSync(into, { recursive: true })
    return Object.entries(contents(db, run)).map(([name, rows]) => {
      const file = join(into, `${name}.${format}`)
      return { file, records: write(file, format, rows) }
    })
  } catch (error) {
    throw storageError(error, into)
  }
}

/** Each is read twice: once for the columns that there are. */
function contents(db: Db, run: RunRow): Record<string, () => Iterable<Row>> {
  const { number, id } = run
  const rows = (records: Iterable<object>) => records as Iterable<Row>
  return {
    run: () => [runOf(run)],
    stages: () => rows(stagesOf(db, number)),
    steps: () => steps(db, number),
    problems: () => eachProblem(db, number),
    completions: () => completions(db, number),
    evaluations: () => evaluationsOf(db, number).map(({ byKind, ...rest }) => ({ ...rest, byKind })),
    'evaluation-samples': () => rows(eachEvaluationSample(db, number)),
    steering: () => rows(eventsOf(db, number, id)),
    checkpoints: () => rows(listedCheckpoints(db, number)),
    alerts: () => rows(alertsOf(db, number)),
  }
}

function runOf(row: RunRow): Row {
  const { number, id, name, status, backend, device, parameters, created_at, ended_at, step, config, source } = row
  const { stage, settings, error } = row
  return {
    number,
    id,
    name,
    status,
    backend,
    device,
    parameters,
    createdAt: created_at,
    endedAt: ended_at,
    step,
    stage,
    ...marksOf(row),
    error: error === null ? null : (JSON.parse(error) as unknown),
    settings: keptSettings(settings),
    config: source === null ? (JSON.parse(config) as unknown) : null,
    source: source === null ? null : (JSON.parse(source) as unknown),
  }
}

/**
 * One record a step: its metrics, and the knobs in force as `set.<knob>`. `settings` has all settings where they are not those of the step before
 * with other knobs.
 */
function* steps(db: Db, run: number): Generator<Row> {
  const { series } = metricColumns(db, run, undefined, 0)
  let i = 0
  let before: Settings | undefined
  for (const { step, stage, at, seconds, settings } of eachStep(db, run)) {
    const metrics = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values[i]]))
    const knobs = inForce(settings)
    const follows = before && JSON.stringify(withKnobs(before, knobs)) === JSON.stringify(settings)
    yield { step, stage, at, seconds, ...metrics, ...knobs, settings: follows ? null : settings }
    before = settings
    i++
  }
}

/** Settings of the step before with the knobs that are exported as `set.<knob>`; a knob without a value keeps the one that it had. */
export function withKnobs(before: Settings, knobs: Readonly<Row>): Settings {
  const given = Object.entries(knobs).filter(([, value]) => typeof value === 'number' && !Number.isNaN(value))
  const changes = Object.fromEntries(given.map(([name, value]) => [name.slice('set.'.length), value]))
  return mergeSettings(before, settingsOf(changes))
}

function inForce(settings: Settings): Row {
  return Object.fromEntries(knobsOf(settings).map(({ name }) => [`set.${name}`, knobValue(settings, name)]))
}

/** One record a completion; each part of its reward as `<reward>.value`, `.weight` and `.reason`. */
function* completions(db: Db, run: number): Generator<Row> {
  for (const { parts, label, language = null, ...rest } of eachCompletion(db, run)) {
    const flat = Object.entries(parts).flatMap(([name, part]) =>
      Object.entries(part).map(([field, value]) => [`${name}.${field}`, value]),
    )
    const byHand = { label: label?.label ?? null, note: label?.note ?? null }
    // only where one is missing: comma-separated values have no other way to tell it from an empty one
    const kept = rest.text === null && { kept: false }
    yield { ...rest, ...kept, language, ...byHand, ...Object.fromEntries(flat) }
  }
}

function write(path: string, format: TableFormat, rows: () => Iterable<Row>): number {
  if (format === 'jsonl') return writeLines(path, '', rows(), jsonRow)
  const columns = columnsOf(rows())
  if (format === 'parquet') return writeParquet(path, columns, rows())
  return writeLines(path, columns.length > 0 ? csvHead(columns) : '', rows(), (row) => csvRow(columns, row))
}

function writeParquet(path: string, columns: Column[], rows: Iterable<Row>): number {
  const file = new ParquetRows(columns, fileWriter(path))
  let count = 0
  for (const row of rows) {
    file.add(row)
    count++
  }
  file.end()
  return count
}

/** Lines gather to about so many characters before they are written. */
const chunk = 1 << 16

function writeLines(path: string, head: string, rows: Iterable<Row>, line: (row: Row) => string): number {
  const file = openSync(path, 'w')
  let count = 0
  let text = head
  try {
    for (const row of rows) {
      count++
      text += line(row)
      if (text.length > chunk) {
        writeSync(file, text)
        text = ''
      }
    }
    writeSync(file, text)
  } finally {
    closeSync(file)
  }
  return count
}
