/** One writer a data folder: the lock is on the file `lock`, and `lock.json` beside it says who holds it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StudioError } from '../contract/errors.ts'
import { storageError } from './database.ts'
import { lockFile } from './file-lock.ts'

export interface LockHolder {
  pid: number
  /** ISO time at which it opened the folder. */
  since: string
  command: string
  /** Where its window is, in browser mode. */
  address: string | null
}

export interface DataLock {
  /** The last holder was killed: it did not put its note away. */
  uncleanBefore: boolean
  /** Adds to the note what others should know. */
  note(more: Partial<LockHolder>): void
  release(): void
}

/** @throws StudioError data-folder naming the folder, the process that has it and the way out */
export function lockDataFolder(folder: string, command: string): DataLock {
  const file = join(folder, 'lock')
  const noteFile = join(folder, 'lock.json')
  const unlock = takeLock(file, folder)
  const uncleanBefore = holderOf(folder) !== undefined
  let holder: LockHolder = { pid: process.pid, since: new Date().toISOString(), command, address: null }
  // The address has the token in it: for its owner's eyes only.
  const write = () => writeFileSync(noteFile, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  try {
    write()
  } catch (error) {
    unlock()
    throw storageError(error, noteFile)
  }
  return {
    uncleanBefore,
    note(more) {
      holder = { ...holder, ...more }
      write()
    },
    release() {
      rmSync(noteFile, { force: true })
      unlock()
    },
  }
}

/** Who has the folder, as far as its note can be read. */
export function holderOf(folder: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lock.json'), 'utf8')) as LockHolder
  } catch {
    return undefined
  }
}

/** Whether an app has the folder open. */
export function isLocked(folder: string): boolean {
  let db: Database.Database | undefined
  try {
    db = new Database(join(folder, 'lock'), { readonly: true, fileMustExist: true, timeout: 0 })
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return false
  } catch (error) {
    return (error as { code?: string }).code === 'SQLITE_BUSY'
  } finally {
    db?.close()
  }
}

function takeLock(file: string, folder: string): () => void {
  const release = lockFile(file)
  if (release) return release
  const holder = holderOf(folder)
  const who = holder ? `process ${holder.pid} (${holder.command}, since ${holder.since})` : 'another process'
  const where = holder?.address ? ` Its window: ${holder.address}` : ''
  throw new StudioError(
    'data-folder',
    `The data folder ${folder} is already in use by ${who}.`,
    `Use that one, close it first, or choose another data folder with --data DIR or GRPO_STUDIO_DATA.${where}`,
  )
}
