/** Which checkpoints of a run may go, what stays, and how much room that gives. */
import { isAbsolute, join, resolve, sep } from 'node:path'
import type { KeptCheckpoints } from '../contract/library.ts'
import type { CheckpointRecord } from '../contract/records.ts'
import { checkpointsOf } from '../store/checkpoints.ts'
import type { Db } from '../store/database.ts'
import { runFolder } from '../store/folder.ts'
import type { RunRow } from '../store/runs.ts'
import { stagesOf } from '../store/stages.ts'
import { filesBelow } from './walk.ts'

export interface DoomedCheckpoint {
  run: number
  runId: string
  record: CheckpointRecord
  path: string
}

/** Of which run, which step, and who uses it. */
export interface CheckpointUse {
  run: number
  step: number
  why: string
}

/**
 * @param used steps that somebody needs
 * @param needed folders and models that recipes name, each with who needs it
 */
export function doomedCheckpoints(
  db: Db,
  dataFolder: string,
  row: Pick<RunRow, 'number' | 'id' | 'fork_step'>,
  keep: KeptCheckpoints,
  used: readonly CheckpointUse[],
  needed: readonly { model: string; why: string }[],
): { doomed: DoomedCheckpoint[]; kept: { name: string; why: string }[] } {
  const all = checkpointsOf(db, row.number)
  const folder = runFolder(dataFolder, row.id)
  const ends = new Set([...stagesOf(db, row.number).map(({ lastStep }) => lastStep), row.fork_step])
  const wanted = all.filter(({ step }, i) => {
    if (keep === 'none') return true
    return i < all.length - 1 && (keep === 'newest' || !ends.has(step))
  })
  const doomed: DoomedCheckpoint[] = []
  const kept: { name: string; why: string }[] = []
  for (const record of wanted) {
    const path = join(folder, record.folder)
    const use =
      used.find(({ run, step }) => run === row.number && step === record.step) ??
      needed.find(
        ({ model }) => isAbsolute(model) && (resolve(model) === path || resolve(model).startsWith(path + sep)),
      )
    if (use) kept.push({ name: `Step ${record.step} of run #${row.number}`, why: use.why })
    else doomed.push({ run: row.number, runId: row.id, record, path })
  }
  return { doomed, kept }
}

/** Bytes that are free once these folders are gone: files that have a name elsewhere stay. */
export async function roomOf(folders: readonly string[]): Promise<number> {
  const files = new Map<string, { bytes: number; names: number; gone: number }>()
  for (const folder of folders)
    for await (const { bytes, identity, names } of filesBelow(folder)) {
      const file = files.get(identity) ?? { bytes, names, gone: 0 }
      files.set(identity, { ...file, gone: file.gone + 1 })
    }
  return [...files.values()].reduce((sum, { bytes, names, gone }) => sum + (gone >= names ? bytes : 0), 0)
}
