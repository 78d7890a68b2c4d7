/** The files below a folder, found without holding up whatever else the process does. */
import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface FoundFile {
  path: string
  bytes: number
  /** The same for all names of one file. */
  identity: string
  /** How many names it has on the disk. */
  names: number
}

/** Asked of the disk at once. */
const together = 16

/** Links are not followed; what cannot be read, or goes while it is looked at, is left out. */
export async function* filesBelow(folder: string): AsyncGenerator<FoundFile, void, void> {
  const waiting = [folder]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch((): Dirent[] => [])
    for (const entry of entries) if (entry.isDirectory()) waiting.push(join(at, entry.name))
    const paths = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name))
    for (let from = 0; from < paths.length; from += together) {
      const found = await Promise.all(paths.slice(from, from + together).map(fileAt))
      yield* found.filter((file) => file !== undefined)
    }
  }
}

async function fileAt(path: string): Promise<FoundFile | undefined> {
  try {
    const { size, dev, ino, nlink } = await lstat(path)
    return { path, bytes: size, identity: `${dev}:${ino}`, names: nlink }
  } catch {
    return undefined
  }
}
