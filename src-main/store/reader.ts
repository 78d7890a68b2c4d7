/** Reads of the store: through a worker thread beside a writer, or directly where nothing else waits. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type ErrorReport, errorFrom, StudioError } from '../contract/errors.ts'
import { type Db, openForReading, storageError } from './database.ts'
import { databasePath } from './folder.ts'
import { migrations } from './migrations.ts'
import { type Question, queries, type Reader } from './queries.ts'

export interface ReaderThread {
  ask: Reader
  close(): Promise<void>
}

type Answer = { id: number; value: unknown; error?: undefined } | { id: number; error: ErrorReport }

/** Long queries run on a thread of their own and never block the writer or a window. */
export function startReader(dataFolder: string, worker: URL): ReaderThread {
  const thread = new Worker(worker, { workerData: { dataFolder } })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let next = 0
  let dead: StudioError | undefined
  const die = (reason: string) => {
    dead = new StudioError('internal', `The store's reader stopped: ${reason}.`, 'Close the app and open it again.')
    for (const { reject } of waiting.values()) reject(dead)
    waiting.clear()
  }
  thread.on('message', (message: Answer) => {
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error) asked?.reject(errorFrom(message.error))
    else asked?.resolve(message.value)
  })
  thread.on('error', (error) => die(error.message))
  thread.on('exit', () => die('its thread ended'))
  const ask = Object.fromEntries(
    (Object.keys(queries) as (keyof Reader)[]).map((name) => [
      name,
      (...args: unknown[]) =>
        new Promise((resolve, reject) => {
          if (dead) return reject(dead)
          const question: Question = { id: next++, name, args }
          waiting.set(question.id, { resolve, reject })
          thread.postMessage(question)
        }),
    ]),
  ) as unknown as Reader
  return {
    ask,
    async close() {
      await thread.terminate()
    },
  }
}

/**
 * A database to look at without being its writer, whether or not an app has it open.
 * @throws StudioError not-found where there is none yet; data-folder for one that is damaged or of a newer version
 */
export function lookInto<T>(dataFolder: string, look: (db: Db) => T): T {
  const path = databasePath(dataFolder)
  if (!existsSync(path)) {
    throw new StudioError(
      'not-found',
      `There are no runs in ${dataFolder} yet.`,
      'grpo-studio run r1-zero-mini makes one; --data DIR or GRPO_STUDIO_DATA names another data folder.',
    )
  }
  let copy: string | undefined
  let db: Db | undefined
  try {
    try {
      db = openForReading(path)
    } catch (error) {
      if (!/^SQLITE_(CANTOPEN|READONLY)/.test((error as { code?: string }).code ?? '')) throw error
      // A WAL database wants its -shm file beside it; in a read-only folder a copy elsewhere has it.
      copy = mkdtempSync(join(tmpdir(), 'grpo-studio-'))
      for (const suffix of ['', '-wal']) {
        if (existsSync(path + suffix)) copyFileSync(path + suffix, databasePath(copy) + suffix)
      }
      db = openForReading(databasePath(copy))
    }
    const version = db.pragma('user_version', { simple: true }) as number
    if (version !== migrations.length) throw otherVersion(path, version)
    return look(db)
  } catch (error) {
    throw storageError(error, path)
  } finally {
    db?.close()
    if (copy) rmSync(copy, { recursive: true, force: true })
  }
}

function otherVersion(path: string, version: number): StudioError {
  const newer = version > migrations.length
  return new StudioError(
    'data-folder',
    `${path} was made by ${newer ? 'a newer' : 'an older'} version of grpo-studio (schema ${version}; this one has ${migrations.length}).`,
    newer ? 'Update grpo-studio.' : 'Open the app once (grpo-studio serve): it brings the file up to date.',
  )
}
