/** The worker thread that answers questions about the store with a connection of its own, read-only. */
import { parentPort, workerData } from 'node:worker_threads'
import { reportOf } from '../contract/errors.ts'
import { openForReading, storageError } from './database.ts'
import { databasePath } from './folder.ts'
import { answer, type Question } from './queries.ts'

const { dataFolder } = workerData as { dataFolder: string }
const path = databasePath(dataFolder)
const db = openForReading(path)

parentPort!.on('message', ({ id, name, args }: Question) => {
  try {
    parentPort!.postMessage({ id, value: answer(db, dataFolder, name, args) })
  } catch (error) {
    parentPort!.postMessage({ id, error: reportOf(storageError(error, path)) })
  }
})
