/** Opening SQLite, and its errors as sentences. */
import Database from 'better-sqlite3'
import { StudioError } from '../contract/errors.ts'
import { defineTextOf } from './packing.ts'

export type Db = Database.Database

/** How long a statement waits for another connection's lock, in milliseconds. */
const busyTimeout = 5000

/**
 * The connection of the only writer. `synchronous = FULL`: a step is rare, so a sync costs nothing, and a power cut
 * loses none.
 */
export function openForWriting(path: string): Db {
  const db = new Database(path, { timeout: busyTimeout })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    // 32 MB: pages that change with every write are copied back once for many of them
    db.pragma('wal_autocheckpoint = 8000')
    db.pragma('foreign_keys = ON')
    defineTextOf(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

export function openForReading(path: string): Db {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: busyTimeout })
  try {
    // A WAL database needs its -shm file: only a first read shows whether this folder lets us have one.
    db.pragma('user_version')
    defineTextOf(db)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const statements = new WeakMap<Db, Map<string, Database.Statement<unknown[]>>>()

/** The prepared statement of this text, prepared once a connection. */
export function sql<Row = unknown>(db: Db, text: string): Database.Statement<unknown[], Row> {
  let known = statements.get(db)
  if (!known) {
    known = new Map()
    statements.set(db, known)
  }
  let statement = known.get(text)
  if (!statement) {
    statement = db.prepare(text)
    known.set(text, statement)
  }
  return statement as Database.Statement<unknown[], Row>
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))
}

/** Storage that failed for a reason outside the program: what was to be written can be written again later. */
export function isStorageFailure(error: unknown): boolean {
  return (
    /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|BUSY|PERM)/.test(codeOf(error)) ||
    /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|EIO)$/.test(codeOf(error))
  )
}

/** A failure of SQLite or the file system as a sentence naming the file and the way out; other errors as they are. */
export function storageError(error: unknown, path: string): unknown {
  if (error instanceof StudioError) return error
  const code = codeOf(error)
  const cause = { cause: error }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') {
    return new StudioError(
      'disk-full',
      `The disk is full: ${path} cannot be written.`,
      'Free some space on that disk, then resume.',
      cause,
    )
  }
  if (/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) || /^(EACCES|EPERM|EROFS)$/.test(code)) {
    return new StudioError(
      'data-folder',
      `${path} cannot be written: the file or its folder is read-only.`,
      'Make it writable again, or choose another data folder with --data DIR or GRPO_STUDIO_DATA.',
      cause,
    )
  }
  if (/^SQLITE_BUSY/.test(code)) {
    return new StudioError(
      'data-folder',
      `${path} is locked by another program.`,
      'Close what else has the file open (a database browser, a backup), then resume.',
      cause,
    )
  }
  if (isDamage(error)) {
    return new StudioError(
      'data-folder',
      `${path} is damaged (${(error as Error).message}).`,
      'Close the app and open it again: it sets the damaged file aside and saves what can be read.',
      cause,
    )
  }
  if (/^(SQLITE_IOERR|EIO)/.test(code)) {
    return new StudioError(
      'data-folder',
      `${path} cannot be read or written (${(error as Error).message}).`,
      'Check the disk, then resume.',
      cause,
    )
  }
  return error
}
