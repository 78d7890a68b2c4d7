/** What tells two imports of the same apart from those of something else. */
import { createHash, type Hash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { relative } from 'node:path'
import { unreadable } from './complaint.ts'
import type { SourceFile } from './source.ts'

/** So many bytes are looked at in all: of each file its size, and its beginning and its end as far as that goes. */
const budget = 32 << 20
const largestPart = 1 << 19

/**
 * The same for the same files, wherever they lie, read in the same way.
 * @param how format and mapping
 * @returns a key as runs of other trainers have one
 */
export function fingerprint(folder: string, files: readonly SourceFile[], how: object): string {
  const hash = createHash('sha256').update(JSON.stringify(how))
  const part = Math.min(largestPart, Math.ceil(budget / 2 / Math.max(1, files.length)))
  for (const { path, bytes } of files) {
    hash.update(`\n${relative(folder, path)} ${bytes}\n`)
    add(hash, path, bytes, part)
  }
  return `import-${hash.digest('hex').slice(0, 40)}`
}

function add(hash: Hash, path: string, bytes: number, part: number): void {
  try {
    const file = openSync(path, 'r')
    try {
      const buffer = Buffer.alloc(Math.min(bytes, 2 * part))
      const first = readSync(file, buffer, 0, Math.min(bytes, part), 0)
      const rest = readSync(file, buffer, first, buffer.length - first, Math.max(first, bytes - part))
      hash.update(buffer.subarray(0, first + rest))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}
