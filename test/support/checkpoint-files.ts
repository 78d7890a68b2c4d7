/** Checkpoints as an engine leaves them, with weights that are none: for what only lists and deletes. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { putCheckpoint } from '../../src-main/store/checkpoints.ts'
import type { Db } from '../../src-main/store/database.ts'
import { runFolder } from '../../src-main/store/folder.ts'

/** @returns its folder */
export function addCheckpoint(
  db: Db,
  dataFolder: string,
  run: { number: number; id: string },
  step: number,
  bytes: number,
): string {
  const folder = `checkpoints/step-${String(step).padStart(6, '0')}`
  const path = join(runFolder(dataFolder, run.id), folder)
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, 'model.safetensors'), Buffer.alloc(bytes))
  writeFileSync(join(path, 'state.json'), '')
  putCheckpoint(db, run.number, { step, at: new Date(step * 1000).toISOString(), folder, bytes })
  return path
}
