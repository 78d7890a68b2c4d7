/** A table as a file, made piece by piece: what is finished leaves the window's memory, so that a large one does not fill it. */
import { type Column, csvHead, csvRow, jsonRow, type Row, type TableFormat } from '../../src-main/contract/table.ts'

export interface TableFile {
  add(row: Row): void
  end(): Blob
}

const mime: Record<TableFormat, string> = {
  csv: 'text/csv',
  jsonl: 'application/jsonl',
  parquet: 'application/vnd.apache.parquet',
}

export const tableFile = (format: TableFormat, columns: readonly Column[]): TableFile | Promise<TableFile> =>
  format === 'parquet' ? parquetFile(columns) : linesFile(format, columns)

/** Characters that become a piece. */
const piece = 1 << 20

function linesFile(format: 'csv' | 'jsonl', columns: readonly Column[]): TableFile {
  const pieces: Blob[] = []
  let text = format === 'csv' ? csvHead(columns) : ''
  const line = format === 'csv' ? (row: Row) => csvRow(columns, row) : jsonRow
  return {
    add(row) {
      text += line(row)
      if (text.length < piece) return
      pieces.push(new Blob([text]))
      text = ''
    },
    end: () => new Blob([...pieces, text], { type: mime[format] }),
  }
}

async function parquetFile(columns: readonly Column[]): Promise<TableFile> {
  const [{ ParquetRows }, { ByteWriter }] = await Promise.all([
    import('../../src-main/contract/parquet.ts'),
    import('hyparquet-writer'),
  ])
  const pieces: Blob[] = []
  const writer = new ByteWriter()
  const flush = () => {
    pieces.push(new Blob([writer.getBytes().slice()]))
    writer.index = 0
  }
  const rows = new ParquetRows(columns, Object.assign(writer, { flush, finish: flush }))
  return {
    add: (row) => rows.add(row),
    end() {
      rows.end()
      return new Blob(pieces, { type: mime.parquet })
    },
  }
}
