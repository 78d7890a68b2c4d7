/** A file that a command writes for a while: by one process at a time, and never half. */
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { lockFile } from '../store/file-lock.ts'

/**
 * @returns what lets others write
 * @throws StudioError bad-request while another process does; data-folder if there is nowhere to write
 */
export function onlyWriter(path: string): () => void {
  const release = lockBeside(path)
  if (release) return release
  throw new StudioError(
    'bad-request',
    `Another process is writing ${path}: the two would do the same work twice.`,
    'Wait for it, stop it, or give another --out.',
  )
}

function lockBeside(path: string): (() => void) | undefined {
  const folder = dirname(path)
  try {
    return lockFile(join(folder, `.${basename(path)}.lock`))
  } catch (error) {
    const why = existsSync(folder) ? 'it is read-only, or its disk is full' : 'there is no such folder'
    throw new StudioError('data-folder', `Nothing can be written to ${folder}: ${why}.`, 'Give another --out.', {
      cause: error,
    })
  }
}

/** Whole, or as it was before. */
export function writeWhole(path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}
