/** Rows of a table of any length: CSV, TSV, JSON lines, Parquet. */
import { extname } from 'node:path'
import { CsvParser } from '../library/csv.ts'
import { complaint } from './complaint.ts'
import { plainText } from './conversation.ts'
import { linesOf, textPieces } from './lines.ts'
import { parseLoose } from './loose-json.ts'
import { openParquet } from './parquet.ts'
import type { Meter } from './source.ts'

export type RowsFormat = 'csv' | 'jsonl' | 'parquet'

export interface TableRow {
  /** `line 3`, `row 3` */
  place: string
  value: Readonly<Record<string, unknown>>
}

/** @param whole columns whose objects stay as they are; others become columns of their own @throws StudioError bad-request naming file and place */
export function tableRows(
  path: string,
  format: RowsFormat,
  meter: Meter,
  whole: (column: string) => boolean = () => false,
): AsyncGenerator<TableRow[]> {
  if (format === 'csv') return csvRows(path, meter)
  return format === 'jsonl' ? jsonRows(path, meter, whole) : parquetRows(path, meter, whole)
}

async function* csvRows(path: string, meter: Meter): AsyncGenerator<TableRow[]> {
  let parser: CsvParser | undefined
  let head: string[] | undefined
  const named = (rows: { line: number; fields: string[] }[]) =>
    rows.flatMap(({ line, fields }) => {
      if (!head) {
        head = fields.map((name) => name.trim())
        requireNames(path, head)
        return []
      }
      if (fields.length !== head.length)
        throw complaint(
          `Line ${line} of ${path} has ${fields.length} fields, and its head names ${head.length}.`,
          'Every row needs as many fields as the head; a field with a comma in it has quotes around it.',
        )
      return [{ place: `line ${line}`, value: Object.fromEntries(head.map((name, i) => [name, fields[i]])) }]
    })
  for await (const piece of textPieces(path, meter)) {
    parser ??= new CsvParser(separatorOf(path, piece))
    yield named(parser.push(piece))
  }
  try {
    yield named(parser?.end() ?? [])
  } catch (error) {
    if (!(error as Error).message.startsWith('the quote')) throw error
    throw complaint(`${path}: ${(error as Error).message}.`, 'Close it, or double the quotes inside of it.', error)
  }
}

/** The one that stands most often in the first line. */
function separatorOf(path: string, text: string): string {
  if (extname(path).toLowerCase() === '.tsv') return '\t'
  const [first] = text.split('\n', 1)
  const count = (separator: string) => first.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

function requireNames(path: string, head: readonly string[]): void {
  const twice = head.find((name, i) => head.indexOf(name) !== i)
  if (twice !== undefined)
    throw complaint(`The head of ${path} names "${twice}" twice.`, 'Give every column a name of its own.')
}

async function* jsonRows(path: string, meter: Meter, whole: (column: string) => boolean): AsyncGenerator<TableRow[]> {
  for await (const lines of linesOf(path, meter))
    yield lines.map(({ line, text }) => {
      const place = `line ${line}`
      let value: unknown
      try {
        value = parseLoose(text)
      } catch {
        throw complaint(
          `Line ${line} of ${path} is no JSON: ${text.slice(0, 60)}${text.length > 60 ? '…' : ''}`,
          'A file of JSON lines has one object a line.',
        )
      }
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw complaint(
          `Line ${line} of ${path} is no object: ${text.slice(0, 60)}`,
          'A file of JSON lines has one object a line.',
        )
      return { place, value: flat(value as Record<string, unknown>, whole) }
    })
}

async function* parquetRows(
  path: string,
  meter: Meter,
  whole: (column: string) => boolean,
): AsyncGenerator<TableRow[]> {
  const file = await openParquet(path)
  let row = 0
  for await (const rows of file.each(meter))
    yield rows.map((value) => ({ place: `row ${++row}`, value: flat(value, whole) }))
}

/** An object in an object is called by its path: `data.loss`. */
function flat(
  value: Readonly<Record<string, unknown>>,
  whole: (column: string) => boolean,
  before = '',
  depth = 4,
): Record<string, unknown> {
  const all: Record<string, unknown> = {}
  for (const [name, one] of Object.entries(value)) {
    const isNested = typeof one === 'object' && one !== null && !Array.isArray(one) && depth > 0
    if (isNested && !whole(before + name))
      Object.assign(all, flat(one as Record<string, unknown>, whole, `${before}${name}.`, depth - 1))
    else all[before + name] = one
  }
  return all
}

export interface Sampled {
  columns: string[]
  /** Columns that hold numbers alone, as far as it was read. */
  numeric: Set<string>
  rows: string[][]
}

/** Bytes that are looked at to know the columns, and rows that are shown. */
const [looked, shown, longest] = [4 << 20, 5, 200]

/** The columns of its beginning. @throws StudioError bad-request for a table without rows */
export async function sampleOf(path: string, format: RowsFormat): Promise<Sampled> {
  const numbers = new Map<string, { some: boolean; only: boolean }>()
  const first: TableRow[] = []
  let bytes = 0
  for await (const rows of tableRows(path, format, (more) => (bytes += more))) {
    for (const row of rows) {
      if (first.length < shown) first.push(row)
      for (const [name, value] of Object.entries(row.value)) {
        const found = numbers.get(name) ?? { some: false, only: true }
        numbers.set(name, found)
        if (isEmpty(value)) continue
        const isNumber = numberIn(value) !== undefined
        found.some ||= isNumber
        found.only &&= isNumber
      }
    }
    if (bytes >= looked) break
  }
  if (first.length === 0)
    throw complaint(`${path} has no rows.`, 'Choose a table with a row for each step or completion.')
  const columns = [...numbers.keys()]
  return {
    columns,
    numeric: new Set(columns.filter((name) => numbers.get(name)!.some && numbers.get(name)!.only)),
    rows: first.map(({ value }) => columns.map((name) => shortened(plainText(value[name])))),
  }
}

const shortened = (text: string) => (text.length > longest ? `${text.slice(0, longest)}…` : text)

export const isEmpty = (value: unknown): boolean => value === null || value === undefined || value === ''

/** Of a number, a truth value or a text that says a number; NaN for `nan` and infinities; undefined for anything else. */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value !== 'string' || value.trim() === '') return undefined
  if (/^[+-]?(nan|inf(inity)?)$/i.test(value.trim())) return Number.NaN
  if (/^(true|false)$/i.test(value.trim())) return Number(value.trim().toLowerCase() === 'true')
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}
