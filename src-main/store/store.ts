/** The database of a data folder, opened by its only writer. */
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { ErrorReport } from '../contract/errors.ts'
import { type Db, isDamage, openForWriting, sql, storageError } from './database.ts'
import { databasePath } from './folder.ts'
import { migrate } from './migrations.ts'
import { describe, salvage, setAside } from './salvage.ts'

/** Above this size a database is searched for damage only after a crash or a damaged page met: it takes about 1 s a GB. */
const alwaysChecked = 128 * 2 ** 20

export class Store {
  readonly path: string
  /** What a person should know about the opening. */
  readonly notices: ErrorReport[] = []
  #db: Db

  /**
   * @param unclean the last writer did not close it
   * @throws StudioError data-folder, disk-full
   */
  constructor(folder: string, unclean = false) {
    this.path = databasePath(folder)
    try {
      this.#db = this.#open(unclean)
    } catch (error) {
      throw storageError(error, this.path)
    }
  }

  /**
   * Runs the work in one transaction: all of it is stored, or nothing.
   * @throws StudioError disk-full, data-folder when the disk refuses; the same work can be tried again later
   */
  write<T>(work: (db: Db) => T): T {
    try {
      return this.#db.transaction(() => work(this.#db)).immediate()
    } catch (error) {
      if (isDamage(error)) this.#askForCheck()
      throw storageError(error, this.path)
    }
  }

  /** For short reads by the writer itself; windows ask the reader. */
  read<T>(work: (db: Db) => T): T {
    try {
      return work(this.#db)
    } catch (error) {
      if (isDamage(error)) this.#askForCheck()
      throw storageError(error, this.path)
    }
  }

  close(): void {
    this.#db.close()
  }

  #open(unclean: boolean): Db {
    try {
      const db = openForWriting(this.path)
      try {
        if (this.#shouldCheck(unclean)) throwIfDamaged(db)
        migrate(db, this.path)
      } catch (error) {
        db.close()
        throw error
      }
      rmSync(this.#checkMark, { force: true })
      return db
    } catch (error) {
      if (!isDamage(error)) throw error
      const result = salvage(setAside(this.path), this.path)
      rmSync(this.#checkMark, { force: true })
      this.notices.push({ code: 'data-folder', ...describe(result) })
      return openForWriting(this.path)
    }
  }

  get #checkMark(): string {
    return `${this.path}.check`
  }

  #shouldCheck(unclean: boolean): boolean {
    return unclean || existsSync(this.#checkMark) || statSync(this.path).size <= alwaysChecked
  }

  #askForCheck(): void {
    try {
      writeFileSync(this.#checkMark, '')
    } catch {
      // A disk that takes no file: the next opening will meet the damage itself.
    }
  }
}

function throwIfDamaged(db: Db): void {
  const found = sql<{ quick_check: string }>(db, 'PRAGMA quick_check(1)').get()!.quick_check
  if (found !== 'ok') throw Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' })
}
