/** Removes checkpoints that are no longer needed: first from the store, then from the disk. */
import type { CheckpointRecord, StageRecord } from '../contract/records.ts'
import { deleteCheckpointFolder } from '../store/checkpoint-folders.ts'
import { checkpointsOf, deleteCheckpoint } from '../store/checkpoints.ts'
import { forkStepOf } from '../store/family.ts'
import { stagesOf } from '../store/stages.ts'
import type { Store } from '../store/store.ts'

const newestKept = 3

/**
 * All but the newest, those at a stage's end, and the one that a fork began with.
 * @param checkpoints oldest first
 */
export function superfluous(
  checkpoints: CheckpointRecord[],
  stages: StageRecord[],
  forkStep: number | null = null,
): CheckpointRecord[] {
  const kept = new Set([...stages.map((stage) => stage.lastStep), forkStep])
  return checkpoints.slice(0, -newestKept).filter((c) => !kept.has(c.step))
}

/** @param pinned steps whose checkpoint somebody is about to begin with */
export function pruneCheckpoints(store: Store, run: number, runFolder: string, pinned: ReadonlySet<number>): void {
  const doomed = store.write((db) => {
    const list = superfluous(checkpointsOf(db, run), stagesOf(db, run), forkStepOf(db, run)).filter(
      ({ step }) => !pinned.has(step),
    )
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
