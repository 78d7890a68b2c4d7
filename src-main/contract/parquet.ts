/** Tables as Parquet: typed, compressed, a group of rows at a time. What is no value of its column's type is null. */
import { type BasicType, ParquetWriter, schemaFromColumnData, type Writer } from 'hyparquet-writer'
import type { Column, ColumnType, Row } from './table.ts'

const types: Record<ColumnType, BasicType> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  truth: 'BOOLEAN',
  time: 'TIMESTAMP',
  json: 'STRING',
}

const values: Record<ColumnType, (value: unknown) => unknown> = {
  text: (value) => (typeof value === 'string' ? value : String(value)),
  integer: (value) => (Number.isSafeInteger(value) ? BigInt(value as number) : null),
  number: (value) => (Number.isFinite(value) ? value : null),
  truth: (value) => (typeof value === 'boolean' ? value : null),
  time: (value) => (Number.isNaN(Date.parse(String(value))) ? null : new Date(String(value))),
  json: (value) => JSON.stringify(value),
}

/** Rows, or characters of text, that are written together. */
const groupRows = 5000
const groupText = 8 << 20

export class ParquetRows {
  readonly #columns: readonly Column[]
  readonly #writer: ParquetWriter
  #rows: Row[] = []
  #text = 0

  constructor(columns: readonly Column[], writer: Writer) {
    this.#columns = columns
    const columnData = columns.map(({ name, type }) => ({ name, type: types[type], data: [] }))
    this.#writer = new ParquetWriter({
      writer,
      schema: schemaFromColumnData({ columnData }),
      createdBy: 'grpo-studio',
    })
  }

  add(row: Row): void {
    this.#rows.push(row)
    if (typeof row.text === 'string') this.#text += row.text.length
    if (this.#rows.length >= groupRows || this.#text >= groupText) this.#write()
  }

  end(): void {
    this.#write()
    void this.#writer.finish()
  }

  #write(): void {
    if (this.#rows.length === 0) return
    const rows = this.#rows
    const columnData = this.#columns.map(({ name, type }) => ({
      name,
      data: rows.map((row) => (row[name] === null || row[name] === undefined ? null : values[type](row[name]))),
    }))
    void this.#writer.write({ columnData, rowGroupSize: rows.length })
    this.#rows = []
    this.#text = 0
  }
}
