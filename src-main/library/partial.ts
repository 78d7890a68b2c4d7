/** A model that is being fetched: it lies aside until it is whole, then it is moved into place. */
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytes } from '../../scripts/setup/report.mjs'
import { StudioError } from '../contract/errors.ts'
import { type FetchedModel, folderOf, type ModelNote, noteFile, partialFolderOf } from './places.ts'

/** Moves the partial folder into place, with its note. */
export function finish(name: string, root: string, revision: string, files: ModelNote['files']): FetchedModel {
  const [partial, folder] = [partialFolderOf(name, root), folderOf(name, root)]
  const note: ModelNote = {
    name,
    revision,
    at: new Date().toISOString(),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    files,
  }
  writeFileSync(noteFile(partial), `${JSON.stringify(note, null, 2)}\n`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  renameSync(partial, folder)
  return { ...note, folder }
}

/** @throws StudioError disk-full naming folder and sizes */
export function requireSpace(root: string, needed: number, freeOf = freeBytes): void {
  mkdirSync(root, { recursive: true })
  const free = freeOf(root)
  if (free >= needed) return
  throw new StudioError(
    'disk-full',
    `The model needs ${bytes(needed)} in ${root}, whose disk has ${bytes(free)} free.`,
    'Free some space, or name another folder with GRPO_STUDIO_MODELS.',
  )
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
