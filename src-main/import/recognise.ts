/** What a path holds, and the reader of it. */
import { existsSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { type ImportFormat, type ImportMap, importFormats } from '../contract/imports.ts'
import { complaint } from './complaint.ts'
import { exportFormatIn } from './export-folder.ts'
import { fileAt, filesOf, foldersOf } from './files.ts'
import { eventFilesOf, isEventFile } from './scalars.ts'
import type { Source } from './source.ts'
import { openTable } from './table.ts'
import { openTensorBoard } from './tensorboard.ts'
import { openTrl } from './trl.ts'
import { completionsIn } from './trl-completions.ts'
import { checkpointsIn, furthestState } from './trl-state.ts'
import { isVerl, openVerl } from './verl.ts'

/** @throws StudioError bad-request naming what was looked for where it is none of them */
export function formatOf(path: string): ImportFormat {
  const { isFolder } = fileAt(path)
  return isFolder ? folderFormat(path) : fileFormat(path)
}

function fileFormat(path: string): ImportFormat {
  const name = basename(path)
  if (isEventFile(name)) return 'tensorboard'
  const end = extname(name).toLowerCase()
  if (end === '.csv' || end === '.tsv') return 'csv'
  if (end === '.jsonl' || end === '.ndjson') return 'jsonl'
  if (end === '.parquet') return 'parquet'
  throw complaint(
    `${path} is no file that a run is imported from.`,
    `Files: a table (.csv, .tsv, .jsonl, .parquet) or TensorBoard’s (events.out.tfevents…). If it is one by another name, say which: --as ${importFormats.join('|')}.`,
  )
}

function folderFormat(path: string): ImportFormat {
  if (exportFormatIn(path)) return 'export'
  if (completionsIn(path).length > 0 || furthestState(path, checkpointsIn(path))) return 'trl'
  if (isVerl(path)) return 'verl'
  const inside = foldersOf(path).find(({ path: one }) => completionsIn(one).length > 0 || exportFormatIn(one))
  // what a whole run lies in says more than its event files
  if (!inside && eventFilesOf(path).length > 0) return 'tensorboard'
  const tables = filesOf(path).filter(({ name }) => /\.(csv|tsv|jsonl|parquet)$/i.test(name))
  throw complaint(
    `${path} holds no run that can be imported.`,
    [
      'Looked for: TRL’s completions/completions_*.parquet and trainer_state.json, verl’s STEP.jsonl, TensorBoard’s event files, and run.csv, run.jsonl or run.parquet of an export.',
      inside ? `There is one in ${inside.name}.` : '',
      tables.length > 0 ? `For a table give its own path: ${join(path, tables[0].name)}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
  )
}

export interface Reading {
  path: string
  as: Exclude<ImportFormat, 'export'>
  map: ImportMap
  exact: boolean
}

/** @throws StudioError bad-request for what is not there, or is not what it is said to be */
export async function openSource({ path, as, map, exact }: Reading): Promise<Source> {
  if (as === 'trl') return openTrl(path, weightsIn(map, as))
  if (as === 'csv' || as === 'jsonl' || as === 'parquet') return openTable(path, as, map, exact)
  const [named] = Object.keys(map)
  if (named !== undefined)
    throw complaint(
      `The mapping names "${named}", and ${as === 'verl' ? 'verl’s files' : 'event files'} need none.`,
      'Leave --map out: mappings are for tables.',
    )
  return as === 'verl' ? openVerl(path) : openTensorBoard(path)
}

/** Of TRL's files nothing but the weights of rewards may be missing. */
function weightsIn(map: ImportMap, as: string): Record<string, number> {
  const weights: Record<string, number> = {}
  for (const [field, value] of Object.entries(map)) {
    const name = /^weight\.(.+)$/.exec(field)?.[1]
    if (!name || value.trim() === '' || !Number.isFinite(Number(value)))
      throw complaint(
        `The mapping says ${field}=${value}, and of ${as.toUpperCase()}’s files it can only say weights.`,
        'For example: --map weight.accuracy=0.5',
      )
    weights[name] = Number(value)
  }
  return weights
}

/** The path as a person may have meant it: whole, and of a folder where a file of it was given. */
export function wholePath(path: string): string {
  const whole = resolve(path)
  const nest = dirname(whole)
  const isPart = /^(run\.(csv|jsonl|parquet)|trainer_state\.json|completions_\d+\.parquet)$/.test(basename(whole))
  return isPart && existsSync(whole) ? (basename(nest) === 'completions' ? dirname(nest) : nest) : whole
}
