/** A new run: its number, its folder with `run.json`, and its rows. All of it is there, or nothing. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../contract/recipe.ts'
import { type Db, storageError } from '../store/database.ts'
import { BEING_MADE, lastFolderNumber, runFolder } from '../store/folder.ts'
import { findRun, insertRun, lastRunNumber, type NewRun } from '../store/runs.ts'
import { insertStages } from '../store/stages.ts'
import type { Store } from '../store/store.ts'

export interface CreatedRun {
  number: number
  id: string
  config: Recipe
  folder: string
}

interface Contents {
  /** Puts what it begins with into its folder. */
  files?: (folder: string) => void
  /** In place of the stages of a run that begins at its beginning, what else there is of it; in the same transaction. */
  rows?: (db: Db, number: number) => void
}

/** A run never takes over the folder of another one. */
export const nextNumber = (store: Store, dataFolder: string): number =>
  1 + Math.max(store.read(lastRunNumber), lastFolderNumber(dataFolder))

/** @throws StudioError disk-full, data-folder */
export function createRun(
  store: Store,
  dataFolder: string,
  plan: Omit<NewRun, 'number' | 'id' | 'createdAt'> & Partial<Pick<NewRun, 'createdAt' | 'number' | 'id'>>,
  { files, rows = (db, number) => insertStages(db, number, plan.config) }: Contents = {},
): CreatedRun {
  const number = plan.number ?? nextNumber(store, dataFolder)
  const id = plan.id ?? `${String(number).padStart(4, '0')}-${plan.config.name}`
  const run: NewRun = { createdAt: new Date().toISOString(), ...plan, number, id }
  const folder = runFolder(dataFolder, id)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, BEING_MADE), '')
    const { settings: _, ...note } = run
    writeFileSync(join(folder, 'run.json'), `${JSON.stringify(note, null, 2)}\n`)
    files?.(folder)
    store.write((db) => {
      insertRun(db, run)
      rows(db, number)
    })
    rmSync(join(folder, BEING_MADE), { force: true })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw storageError(error, folder)
  }
  return { number, id, config: plan.config, folder }
}

/**
 * At the opening of a folder: what a killed app was making of a run is removed. Without the mark a folder stays, whatever the database knows of it:
 * who lost that has all of his runs there.
 */
export function clearHalfMade(store: Store, dataFolder: string): void {
  const runs = join(dataFolder, 'runs')
  for (const id of readdirSync(runs)) {
    const folder = join(runs, id)
    const mark = join(folder, BEING_MADE)
    if (!existsSync(mark) && !isEmpty(folder)) continue
    const known = store.read((db) => findRun(db, id)) !== undefined
    rmSync(known ? mark : folder, { recursive: true, force: true })
  }
}

const isEmpty = (folder: string) => lstatSync(folder).isDirectory() && readdirSync(folder).length === 0
