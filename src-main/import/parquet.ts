/** Rows of a Parquet file, a group of rows at a time. */

import { plain } from '../library/parquet-value.ts'
import { complaint, unreadable } from './complaint.ts'
import { fileAt } from './files.ts'
import type { Meter } from './source.ts'

export type ParquetRow = Record<string, unknown>

interface ParquetFile {
  columns: string[]
  rows: number
  each(meter: Meter): AsyncGenerator<ParquetRow[]>
}

/** Rows that are read at once, where a group of rows has more. */
const atOnce = 5000

/** @throws StudioError bad-request for what is not Parquet, or is broken */
export async function openParquet(path: string): Promise<ParquetFile> {
  const { bytes } = fileAt(path)
  const [{ parquetMetadataAsync, parquetReadObjects, parquetSchema }, { asyncBufferFromFile }, { compressors }] =
    await Promise.all([import('hyparquet'), import('hyparquet/src/node.js'), import('hyparquet-compressors')])
  const broken = (error: unknown) =>
    complaint(
      `${path} is no whole Parquet file: ${(error as Error).message}.`,
      'It may have been cut off while it was written or copied: copy it again, or take it away.',
      error,
    )
  const file = await asyncBufferFromFile(path).catch((error: unknown) => {
    throw unreadable(path, error)
  })
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw broken(error)
  })
  const rows = Number(metadata.num_rows)
  return {
    columns: parquetSchema(metadata).children.map(({ element }) => element.name),
    rows,
    async *each(meter) {
      let begin = 0
      for (const group of metadata.row_groups) {
        const end = begin + Number(group.num_rows)
        for (let rowStart = begin; rowStart < end; rowStart += atOnce) {
          const rowEnd = Math.min(end, rowStart + atOnce)
          const read = await parquetReadObjects({ file, metadata, compressors, rowStart, rowEnd }).catch(
            (error: unknown) => {
              throw broken(error)
            },
          )
          meter(Math.round((bytes * (rowEnd - rowStart)) / Math.max(1, rows)))
          yield read.map((row) => plain(row) as ParquetRow)
        }
        begin = end
      }
    },
  }
}
