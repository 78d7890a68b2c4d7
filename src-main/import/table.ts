/** A table with a row for each step, or for each completion. */
import { basename, extname } from 'node:path'
import type { ImportMap } from '../contract/imports.ts'
import { openingSchema, type Report } from '../contract/ingest.ts'
import { complaint } from './complaint.ts'
import { plainText, textOfPrompt } from './conversation.ts'
import { fileAt } from './files.ts'
import { mapColumns } from './mapping.ts'
import { accuracyOf } from './metric-names.ts'
import { metricsOfGroups } from './sample-metrics.ts'
import type { Source } from './source.ts'
import { isEmpty, numberIn, type RowsFormat, sampleOf, type TableRow, tableRows } from './table-rows.ts'
import { countedFromZero } from './tensorboard.ts'

type Group = Extract<Report, { kind: 'group' }>
type Completion = Group['completions'][number]

/** @param given columns by field; what it leaves out is guessed, unless `exact` @throws StudioError bad-request; what the mapping lacks is the source’s problem */
export async function openTable(path: string, format: RowsFormat, given: ImportMap, exact: boolean): Promise<Source> {
  const file = fileAt(path)
  const { columns, numeric, rows } = await sampleOf(path, format)
  const { map, guessed, problem } = mapColumns(path, { columns, numeric }, given, exact)
  const reader = new TableReader(path, map, file.at)
  return {
    format,
    opening: openingSchema.parse({
      title: basename(path, extname(path)) || basename(path),
      source: { engine: 'table' },
      startedAt: reader.timeOf(rows[0], columns) ?? file.at,
      rewards: reader.parts.map(({ name, weight }) => ({ name, weight })),
    }),
    sentences: [
      map.completion === undefined ? 'a table with a row for each step' : 'a table with a row for each completion',
    ],
    files: [file],
    table: { columns, rows, map, guessed },
    problem,
    reports: (meter) => reader.reports(tableRows(path, format, meter)),
  }
}

interface OpenStep {
  step: number
  at: string
  seconds: number | null
  groups: Map<string, Group>
  metrics: Map<string, number[]>
  evaluation: Map<string, number[]>
  settings: Record<string, number>
}

class TableReader {
  readonly parts: { name: string; column: string; weight: number }[]
  readonly #path: string
  readonly #map: ImportMap
  readonly #at: string
  #shift: number | undefined

  constructor(path: string, map: ImportMap, at: string) {
    this.#path = path
    this.#map = map
    this.#at = at
    this.parts = this.#family('part').map(({ name, column }) => ({
      name,
      column,
      weight: Number(map[`weight.${name}`] ?? 1),
    }))
  }

  async *reports(pieces: AsyncIterable<TableRow[]>): AsyncGenerator<Report> {
    let open: OpenStep | undefined
    let last = { step: 0, at: this.#at }
    for await (const rows of pieces)
      for (const row of rows) {
        const step = this.#step(row)
        if (open && step < open.step)
          throw this.#wrong(
            row,
            `has step ${step} after step ${open.step}`,
            'Sort the table by its steps: they are read one after another.',
          )
        if (open && step !== open.step) {
          yield* this.#close(open)
          open = undefined
        }
        open ??= this.#begin(step)
        last = open
        this.#add(open, row)
      }
    if (open) yield* this.#close(open)
    if (this.#shift === 1)
      yield { kind: 'event', step: last.step, at: last.at, level: 'info', message: countedFromZero, hint: '' }
    yield { kind: 'status', step: last.step, at: last.at, status: 'finished', message: '' }
  }

  #begin(step: number): OpenStep {
    return {
      step,
      at: this.#at,
      seconds: null,
      groups: new Map(),
      metrics: new Map(),
      evaluation: new Map(),
      settings: {},
    }
  }

  #add(open: OpenStep, row: TableRow): void {
    open.at = this.#time(row) ?? open.at
    open.seconds = this.#number(row, 'seconds') ?? open.seconds
    for (const [family, into] of [
      ['metric', open.metrics],
      ['evaluation', open.evaluation],
    ] as const)
      for (const { name, column } of this.#family(family)) {
        if (isEmpty(row.value[column])) continue
        const value = this.#numberOf(row, column)
        into.set(name, [...(this.#map.completion === undefined ? [] : (into.get(name) ?? [])), value])
      }
    for (const { name, column } of this.#family('setting'))
      if (!isEmpty(row.value[column])) open.settings[name] = this.#numberOf(row, column)
    if (this.#map.completion !== undefined) this.#addCompletion(open, row)
  }

  #addCompletion({ step, groups }: OpenStep, row: TableRow): void {
    const prompt = this.#cell(row, 'prompt')
    const key = JSON.stringify([this.#cell(row, 'group') ?? null, this.#map.group === undefined ? prompt : null])
    const group = groups.get(key) ?? {
      kind: 'group' as const,
      step,
      group: groups.size,
      prompt: textOfPrompt(prompt),
      answer: plainText(this.#cell(row, 'answer')),
      domain: plainText(this.#cell(row, 'domain')).slice(0, 60),
      completions: [],
    }
    groups.set(key, group)
    group.completions.push(this.#completion(row))
  }

  #completion(row: TableRow): Completion {
    const parts = this.parts.map(({ name, column, weight }) => {
      const value = isEmpty(row.value[column]) ? null : this.#numberOf(row, column)
      return [name, { value: value === null ? null : finite(value), weight, reason: '' }] as const
    })
    const judged = parts.filter(([, { value }]) => value !== null)
    const sum = judged.length > 0 ? judged.reduce((all, [, { value, weight }]) => all + weight * value!, 0) : null
    const reward = this.#map.reward === undefined ? sum : this.#number(row, 'reward')
    const tokens = this.#number(row, 'tokens')
    if (tokens !== null && (!Number.isInteger(tokens) || tokens < 0))
      throw this.#wrong(row, `has ${tokens} tokens`, 'A count of tokens is a whole number from 0.')
    return {
      text: textOfPrompt(this.#cell(row, 'completion')),
      tokens,
      finishReason: finishOf(plainText(this.#cell(row, 'finish'))),
      reward,
      parts: Object.fromEntries(parts),
      advantage: this.#number(row, 'advantage'),
    }
  }

  *#close({ step, at, seconds, groups, metrics, evaluation, settings }: OpenStep): Generator<Report> {
    const all = [...groups.values()]
    yield* all
    const told = means(metrics)
    const measured = means(evaluation)
    if (all.length > 0 || metrics.size > 0)
      yield { kind: 'step', step, at, seconds, metrics: { ...metricsOfGroups(all), ...told }, settings }
    if (evaluation.size > 0)
      yield { kind: 'evaluation', step, at, metrics: measured, accuracy: accuracyOf(measured), prompts: null }
  }

  /** Of a row as it is shown. */
  timeOf(cells: readonly string[], columns: readonly string[]): string | null {
    const value = Object.fromEntries(columns.map((name, i) => [name, cells[i]]))
    return this.#time({ place: 'row 1', value })
  }

  #family(family: string): { name: string; column: string }[] {
    return Object.entries(this.#map).flatMap(([field, column]) =>
      field.startsWith(`${family}.`) ? [{ name: field.slice(family.length + 1), column }] : [],
    )
  }

  #cell(row: TableRow, field: string): unknown {
    const column = this.#map[field]
    return column === undefined ? undefined : row.value[column]
  }

  #step(row: TableRow): number {
    const cell = this.#cell(row, 'step')
    const step = numberIn(cell)
    if (step === undefined || !Number.isInteger(step) || step < 0 || step > 1e9)
      throw this.#wrong(
        row,
        `has ${isEmpty(cell) ? 'no step' : `a step that is no whole number from 0: ${JSON.stringify(cell)}`} in its column "${this.#map.step}"`,
        'Correct it, or say which column is the step: --map step=COLUMN',
      )
    this.#shift ??= step === 0 ? 1 : 0
    return step + this.#shift
  }

  #time(row: TableRow): string | null {
    const cell = this.#cell(row, 'time')
    if (isEmpty(cell)) return null
    const number = numberIn(cell)
    // milliseconds, where seconds would be beyond the year 33000
    const at = number === undefined ? Date.parse(String(cell)) : number > 1e12 ? number : 1000 * number
    const date = new Date(at)
    if (Number.isNaN(date.getTime()))
      throw this.#wrong(
        row,
        `has a time that is none: ${JSON.stringify(cell)}`,
        'A time is an ISO time, as 2026-03-01T12:00:00Z, or seconds since 1970; --map time= leaves the column out.',
      )
    return date.toISOString()
  }

  /** null: empty, or no finite number. */
  #number(row: TableRow, field: string): number | null {
    const column = this.#map[field]
    return column === undefined || isEmpty(row.value[column]) ? null : finite(this.#numberOf(row, column))
  }

  #numberOf(row: TableRow, column: string): number {
    const value = numberIn(row.value[column])
    if (value !== undefined) return value
    const field = Object.keys(this.#map).find((name) => this.#map[name] === column)
    throw this.#wrong(
      row,
      `has no number in its column "${column}": ${JSON.stringify(row.value[column])?.slice(0, 80)}`,
      `Correct it, or leave the column out: --map ${field}=`,
    )
  }

  #wrong(row: TableRow, what: string, hint: string) {
    return complaint(`${row.place[0].toUpperCase()}${row.place.slice(1)} of ${this.#path} ${what}.`, hint)
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null)

/** Of each the mean of its values; null where they are no finite numbers. */
function means(columns: ReadonlyMap<string, number[]>): Record<string, number | null> {
  return Object.fromEntries(
    [...columns].map(([name, values]) => [name, finite(values.reduce((sum, one) => sum + one, 0) / values.length)]),
  )
}

function finishOf(text: string): Completion['finishReason'] {
  if (/^(stop|eos|end|finished)$/i.test(text)) return 'stop'
  return /^(length|max_tokens|truncated|clipped)$/i.test(text) ? 'length' : null
}
