/** Removes checkpoints that are no longer needed: first from the store, then from the disk. */
import type { CheckpointRecord, StageRecord } from '../contract/records.ts'
import { deleteCheckpointFolder } from '../store/checkpoint-folders.ts'
import { checkpointsOf, deleteCheckpoint } from '../store/checkpoints.ts'
import { stagesOf } from '../store/stages.ts'
import type { Store } from '../store/store.ts'

const newestKept = 3

/** All but the newest and those at a stage's end. @param checkpoints oldest first */
export function superfluous(checkpoints: CheckpointRecord[], stages: StageRecord[]): CheckpointRecord[] {
  const ends = new Set(stages.map((stage) => stage.lastStep))
  return checkpoints.slice(0, -newestKept).filter((c) => !ends.has(c.step))
}

export function pruneCheckpoints(store: Store, run: number, runFolder: string): void {
  const doomed = store.write((db) => {
    const list = superfluous(checkpointsOf(db, run), stagesOf(db, run))
    for (const { step } of list) deleteCheckpoint(db, run, step)
    return list
  })
  for (const record of doomed) {
    try {
      deleteCheckpointFolder(runFolder, record)
    } catch (error) {
      // It costs space and nothing else.
      console.error(`${record.folder} cannot be deleted: ${(error as Error).message}`)
    }
  }
}
