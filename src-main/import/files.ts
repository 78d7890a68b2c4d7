/** Files and folders as they lie there. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { unreadable } from './complaint.ts'
import type { SourceFile } from './source.ts'

export interface FoundFile extends SourceFile {
  /** When it was last written. */
  at: string
}

/** @throws StudioError bad-request if it is not there, or may not be read */
export function fileAt(path: string): FoundFile & { isFolder: boolean } {
  try {
    const stats = statSync(path)
    return { path, bytes: stats.size, at: stats.mtime.toISOString(), isFolder: stats.isDirectory() }
  } catch (error) {
    throw unreadable(path, error)
  }
}

export interface FolderEntry extends FoundFile {
  name: string
  isFolder: boolean
}

/** What lies in a folder, by name. @throws StudioError bad-request */
export function entriesOf(folder: string): FolderEntry[] {
  let names: string[]
  try {
    names = readdirSync(folder).sort()
  } catch (error) {
    throw unreadable(folder, error)
  }
  return names.map((name) => ({ name, ...fileAt(join(folder, name)) }))
}

export const filesOf = (folder: string): FolderEntry[] => entriesOf(folder).filter(({ isFolder }) => !isFolder)
export const foldersOf = (folder: string): FolderEntry[] => entriesOf(folder).filter(({ isFolder }) => isFolder)

/** Files below a folder to a depth, of which the name says that they are wanted. */
export function filesBelow(folder: string, wanted: (name: string) => boolean, depth: number): FolderEntry[] {
  return entriesOf(folder).flatMap((entry) => {
    if (!entry.isFolder) return wanted(entry.name) ? [entry] : []
    return depth > 0 ? filesBelow(entry.path, wanted, depth - 1) : []
  })
}

/** Bytes of all files below a folder. */
export const bytesBelow = (folder: string): number =>
  entriesOf(folder).reduce((sum, { isFolder, path, bytes }) => sum + (isFolder ? bytesBelow(path) : bytes), 0)

/** @throws StudioError bad-request */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw unreadable(path, error)
  }
}
