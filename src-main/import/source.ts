/** What a path on the disk was found to hold: the opening of a run, and its reports. */
import type { StudioError } from '../contract/errors.ts'
import type { ImportFormat, ImportTable } from '../contract/imports.ts'
import type { Opening, Report } from '../contract/ingest.ts'

export interface SourceFile {
  path: string
  bytes: number
}

/** Hears of bytes that were read; throws to end the reading. */
export type Meter = (bytes: number) => void

export interface Source {
  format: ImportFormat
  opening: Opening
  /** A sentence for each thing that was found. */
  sentences: string[]
  /** All that will be read. */
  files: SourceFile[]
  table?: ImportTable
  /** Of a mapping that is not enough to read it. */
  problem?: StudioError
  /** In order of steps; the groups of a step before what closes it. @throws StudioError bad-request naming file and place */
  reports(meter: Meter): AsyncGenerator<Report>
}
