/** Saving a table that may be large: in parts, so that the window stays quick, told of from a second on, and left when the person wishes. */
import type { Column, Row, TableFormat } from '../../src-main/contract/table.ts'
import { plain } from '../format/number.ts'
import { downloadBlob } from '../text/download.ts'
import { t } from '../text/t.ts'
import { tableFile } from '../text/table-file.ts'
import { failed, saved, saving } from './announce.ts'

export interface TableSource {
  /** Of the file, without its ending. */
  file: string
  columns: readonly Column[]
  /** Batches, each there in a moment. */
  rows: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>
  /** Where the rest can be had, if there is more than is saved. */
  whole?: string
}

/** More than this no window holds well, and no person reads. */
export const mostRows = 200_000
const mostText = 256 << 20

/** The window may answer after so many milliseconds of work. */
const atOnce = 12
/** From so long on it is told how far it is. */
const silent = 1000

export async function saveTable(source: TableSource, format: TableFormat): Promise<void> {
  const stop = new AbortController()
  const begun = performance.now()
  let rows = 0
  let text = 0
  let cut = false
  let worked = begun
  try {
    const file = await tableFile(format, source.columns)
    batches: for await (const batch of source.rows) {
      for (const row of batch) {
        if (rows >= mostRows || text >= mostText) {
          cut = true
          break batches
        }
        file.add(row)
        rows++
        if (typeof row.text === 'string') text += row.text.length
        if (performance.now() - worked > atOnce) {
          await new Promise((resolve) => setTimeout(resolve))
          worked = performance.now()
        }
        if (stop.signal.aborted) return saving(null)
      }
      if (performance.now() - begun > silent) saving(t('{{count}} rows', { count: rows }), () => stop.abort())
    }
    downloadBlob(`${source.file}.${format}`, file.end())
    saving(null)
    if (cut)
      saved(
        t('The first {{rows}} rows were saved: more than that a window does not hold.', { rows: plain(rows) }),
        source.whole ? t('All of them: {{command}}', { command: source.whole }) : t('Narrow the search for the rest.'),
      )
  } catch (error) {
    saving(null)
    failed(error)
  }
}
