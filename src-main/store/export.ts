/** A run as files for other tools: one file a kind of record, as comma-separated values or as JSON lines. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { csvLine } from '../contract/csv.ts'
import { knobsOf, knobValue } from '../contract/knobs.ts'
import type { Settings } from '../contract/settings.ts'
import { alertsOf } from './alerts.ts'
import { checkpointsOf } from './checkpoints.ts'
import type { Db } from './database.ts'
import { storageError } from './database.ts'
import { eachEvaluationSample, evaluationsOf } from './evaluations.ts'
import { eachCompletion } from './groups.ts'
import { metricColumns } from './metrics.ts'
import { marksOf, type RunRow } from './runs.ts'
import { stagesOf } from './stages.ts'
import { eventsOf } from './steering.ts'
import { eachStep } from './steps.ts'

export const exportFormats = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof exportFormats)[number]

type Row = Record<string, unknown>

/**
 * @param into folder, made where it is missing; files of an earlier export in it are replaced
 * @returns the files written and how many records each has
 * @throws StudioError disk-full, data-folder
 */
export function exportRun(
  db: Db,
  run: RunRow,
  format: ExportFormat,
  into: string,
): { file: string; records: number }[] {
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

function contents(db: Db, run: RunRow): Record<string, Iterable<Row>> {
  return {
    run: [runOf(run)],
    stages: stagesOf(db, run.number) as Iterable<object> as Iterable<Row>,
    steps: steps(db, run.number),
    completions: completions(db, run.number),
    evaluations: evaluationsOf(db, run.number).map(({ byKind, ...rest }) => ({ ...rest, byKind })),
    'evaluation-samples': eachEvaluationSample(db, run.number) as Iterable<object> as Iterable<Row>,
    steering: eventsOf(db, run.number, run.id) as Iterable<object> as Iterable<Row>,
    checkpoints: checkpointsOf(db, run.number) as Iterable<object> as Iterable<Row>,
    alerts: alertsOf(db, run.number) as Iterable<object> as Iterable<Row>,
  }
}

function runOf(row: RunRow): Row {
  const { number, id, name, status, backend, device, parameters, created_at, ended_at, step, config } = row
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
    ...marksOf(row),
    config: JSON.parse(config) as unknown,
  }
}

/** One record a step: its metrics, and the knobs in force as `set.<knob>`. */
function* steps(db: Db, run: number): Generator<Row> {
  const { series } = metricColumns(db, run, undefined, 0)
  let i = 0
  for (const { step, stage, at, seconds, settings } of eachStep(db, run)) {
    const metrics = Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values[i]]))
    yield { step, stage, at, seconds, ...metrics, ...inForce(settings) }
    i++
  }
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
    yield { ...rest, language, ...byHand, ...Object.fromEntries(flat) }
  }
}

/** Lines gather to about so many characters before they are written. */
const chunk = 1 << 16

function write(path: string, format: ExportFormat, rows: Iterable<Row>): number {
  const file = openSync(path, 'w')
  let count = 0
  let text = ''
  let columns: string[] | undefined
  try {
    for (const row of rows) {
      count++
      if (format === 'jsonl') text += `${JSON.stringify(row)}\n`
      else {
        if (!columns) {
          columns = Object.keys(row)
          text += csvLine(columns)
        }
        text += csvLine(columns.map((name) => row[name]))
      }
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
