/** Files of data: JSON lines, a JSON array, CSV, TSV or Parquet; read whole, with the hash of what is in them. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { DataSet } from '../contract/data-set.ts'
import { StudioError } from '../contract/errors.ts'
import { parseCsv } from './csv.ts'
import { plain } from './parquet-value.ts'

export interface DataRow {
  /** Where it is in the file: `line 3`, `row 3`. */
  place: string
  /** What is in it; undefined where it is not JSON. */
  value: unknown
}

/** What a file is read for: it decides the code and the hint of what is wrong with it. */
export type DataUse = 'recipe' | 'reward-model'
const complaints = {
  recipe: {
    code: 'bad-recipe',
    hint: 'Correct the path in the recipe’s data; a relative one starts at the recipe file’s folder.',
  },
  'reward-model': { code: 'bad-request', hint: 'Give the path of a file of preferences or labels.' },
} as const

function readDataFile(path: string, use: DataUse): { bytes: Buffer; sha256: string } {
  try {
    const bytes = readFileSync(path)
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new StudioError(
      complaints[use].code,
      code === 'ENOENT' ? `There is no data set ${path}.` : `The data set ${path} cannot be read (${code ?? message}).`,
      complaints[use].hint,
      { cause: error },
    )
  }
}

/**
 * What the name's end says it is: .parquet, .csv, .tsv; anything else is JSON.
 * @throws StudioError bad-recipe (bad-request for a reward model) if the file cannot be read, or is not of that format
 */
export async function readDataRows(
  path: string,
  use: DataUse = 'recipe',
): Promise<{ rows: DataRow[]; sha256: string }> {
  const { bytes, sha256 } = readDataFile(path, use)
  const kind = extname(path).toLowerCase()
  try {
    if (kind === '.parquet') return { rows: await parquetRows(bytes), sha256 }
    // some editors begin a file with a mark
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
    if (kind === '.csv') return { rows: csvRows(text, ','), sha256 }
    if (kind === '.tsv') return { rows: csvRows(text, '\t'), sha256 }
    return { rows: jsonRows(text), sha256 }
  } catch (error) {
    throw new StudioError(
      complaints[use].code,
      `${path} cannot be read as ${kind === '.parquet' ? 'Parquet' : kind === '.csv' || kind === '.tsv' ? 'CSV' : 'JSON'}: ${(error as Error).message}.`,
      'The end of its name says what a file is: .jsonl, .json, .csv, .tsv or .parquet.',
      { cause: error },
    )
  }
}

async function parquetRows(bytes: Buffer): Promise<DataRow[]> {
  const [{ parquetReadObjects }, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ])
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file, compressors })
  return rows.map((row, i) => ({ place: `row ${i + 1}`, value: plain(row) }))
}

function csvRows(text: string, separator: string): DataRow[] {
  const [head, ...rows] = parseCsv(text, separator)
  return rows.map(({ line, fields }) => {
    if (fields.length !== head.fields.length)
      throw new Error(`line ${line} has ${fields.length} fields, and the head names ${head.fields.length}`)
    return { place: `line ${line}`, value: Object.fromEntries(head.fields.map((name, i) => [name, fields[i]])) }
  })
}

function jsonRows(text: string): DataRow[] {
  if (text.trimStart().startsWith('[')) {
    const list = JSON.parse(text) as unknown[]
    return list.map((value, i) => ({ place: `item ${i + 1}`, value }))
  }
  return rowsOfLines(text)
}

/** A row a line, without those that are blank. */
export function rowsOfLines(text: string): DataRow[] {
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const place = `line ${i + 1}`
    try {
      return [{ place, value: JSON.parse(line) as unknown }]
    } catch {
      return [{ place, value: undefined }]
    }
  })
}

/** The data set with the hashes of its files as they are now. @throws StudioError bad-recipe if one cannot be read */
export function withHashes(data: DataSet): DataSet {
  return {
    ...data,
    sha256: { train: readDataFile(data.train, 'recipe').sha256, eval: readDataFile(data.eval, 'recipe').sha256 },
  }
}
