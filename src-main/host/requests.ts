/**
 * What other processes ask of the one that has the data folder: a file each in its `requests` folder, answered by a file. It works whoever
 * has the folder (a window, a served one, a run in a terminal), needs no port, and lets in nobody who could not write the folder anyway.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorReport, errorFrom, reportOf, StudioError } from '../contract/errors.ts'
import { storageError } from '../store/database.ts'

/** Milliseconds between two looks, of either side. */
const interval = 100
/** So long an asker waits to be taken up; milliseconds. */
const patience = 10_000

type Answer = { value: unknown; error?: undefined } | { error: ErrorReport }

export interface RequestDesk {
  close(): void
}

const folderOf = (dataFolder: string) => join(dataFolder, 'requests')

/**
 * Answers requests, one after the other in the order in which they came, until it is closed. Those from before are dropped: who asked while
 * nobody had the folder does it himself.
 * @param answer throws what the asker is to be told
 */
export function answerRequests(
  dataFolder: string,
  answer: (name: string, input: unknown) => Promise<unknown>,
): RequestDesk {
  const folder = folderOf(dataFolder)
  try {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { mode: 0o700 })
  } catch {
    // A disk that takes nothing takes no requests either.
  }
  let busy = false
  const look = async () => {
    if (busy) return
    busy = true
    try {
      for (const file of readdirSync(folder).sort()) {
        if (!file.endsWith('.ask')) continue
        const path = join(folder, file)
        const { name, input } = JSON.parse(readFileSync(path, 'utf8')) as { name: string; input: unknown }
        // taken up: from here on the asker waits for the answer, however long it takes
        renameSync(path, path.replace(/ask$/, 'taken'))
        const said: Answer = await answer(name, input).then(
          (value) => ({ value }),
          (error: unknown) => ({ error: reportOf(error) }),
        )
        put(path.replace(/ask$/, 'answer'), said)
      }
    } catch {
      // Withdrawn meanwhile, or a disk that takes nothing: the asker gives up by itself.
    } finally {
      busy = false
    }
  }
  const timer = setInterval(() => void look(), interval)
  timer.unref()
  return { close: () => clearInterval(timer) }
}

/**
 * Asks the process that has the folder.
 * @throws StudioError what it answers; busy if it takes no notice; disk-full, data-folder
 */
export async function askHolder(
  dataFolder: string,
  name: string,
  input: unknown,
  still: () => boolean,
): Promise<unknown> {
  const folder = folderOf(dataFolder)
  const path = (state: string) => join(folder, `${stamp}.${state}`)
  const stamp = `${Date.now()}-${process.pid}`
  try {
    put(path('ask'), { name, input })
  } catch (error) {
    throw storageError(error, folder)
  }
  try {
    for (const asked = Date.now(); ; await sleep(interval)) {
      if (existsSync(path('answer'))) {
        const answer = JSON.parse(readFileSync(path('answer'), 'utf8')) as Answer
        if (answer.error) throw errorFrom(answer.error)
        return answer.value
      }
      const taken = existsSync(path('taken'))
      if (still() && (taken || Date.now() - asked < patience)) continue
      throw new StudioError(
        'busy',
        taken ? 'The app ended before it answered.' : 'The app that has the data folder takes no notice.',
        taken
          ? 'Look what it did before you ask again: grpo-studio queue list.'
          : 'It may be of an earlier version: ask again when it is closed.',
      )
    }
  } finally {
    for (const state of ['ask', 'taken', 'answer']) rmSync(path(state), { force: true })
  }
}

/** Whole from the first moment on. */
function put(path: string, value: unknown): void {
  writeFileSync(`${path}.part`, JSON.stringify(value), { mode: 0o600 })
  renameSync(`${path}.part`, path)
}
