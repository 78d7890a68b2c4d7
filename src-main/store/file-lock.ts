/**
 * A lock that is the operating system's, taken through SQLite on a file of its own: it ends with its process however that ends, so no stale
 * lock can remain. The file stays, empty: whether it is locked is what matters.
 */
import { rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { isDamage, storageError } from './database.ts'

/** Somebody may be looking whether the lock is taken, which takes a moment; milliseconds. */
const patience = 250

/**
 * @returns what lets go of it; undefined while somebody else has it
 * @throws StudioError if the file cannot be made
 */
export function lockFile(file: string): (() => void) | undefined {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { timeout: patience })
    // Nothing is ever written: no journal file is wanted.
    db.pragma('journal_mode = MEMORY')
    db.exec('BEGIN EXCLUSIVE')
    const held = db
    return () => void held.close()
  } catch (error) {
    db?.close()
    if (isDamage(error)) {
      // It holds nothing: only its being locked matters.
      rmSync(file, { force: true })
      return lockFile(file)
    }
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw storageError(error, file)
    return undefined
  }
}
