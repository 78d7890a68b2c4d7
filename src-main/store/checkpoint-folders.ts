/** Checkpoints on the disk: which can be gone on from, which may go. The engine writes them, `state.json` last. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckpointRecord } from '../contract/records.ts'
import { cutCollected } from './collected.ts'

/** Written last: a checkpoint is whole once it is there. */
const stateFile = 'state.json'

function stepOf(name: string): number | undefined {
  const match = /^step-(\d+)$/.exec(name)
  return match ? Number(match[1]) : undefined
}

/** Whole on the disk: `state.json` is written last, in a folder that is then moved into place. */
export function isWhole(runFolder: string, record: Pick<CheckpointRecord, 'folder'>): boolean {
  return existsSync(join(runFolder, record.folder, stateFile))
}

/**
 * The newest checkpoint that a run can go on from: stored (so all that came before it is stored too), whole, and not after the
 * last stored step.
 */
export function newestUsable(
  runFolder: string,
  checkpoints: CheckpointRecord[],
  lastStep: number,
): CheckpointRecord | undefined {
  return checkpoints.findLast((c) => c.step <= lastStep && isWhole(runFolder, c))
}

/** Every whole checkpoint on the disk, oldest first. */
export function wholeCheckpoints(runFolder: string): CheckpointRecord[] {
  const folder = join(runFolder, 'checkpoints')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .map((name) => ({ step: stepOf(name), folder: `checkpoints/${name}` }))
    .filter((c): c is { step: number; folder: string } => c.step !== undefined && isWhole(runFolder, c))
    .sort((a, b) => a.step - b.step)
    .map((c) => {
      const path = join(runFolder, c.folder)
      const bytes = readdirSync(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0)
      return { ...c, at: statSync(join(path, 'state.json')).mtime.toISOString(), bytes }
    })
}

/** Removes what was written after the step that a run goes on from, and what was left half written or half deleted. */
export function clearAfter(runFolder: string, step: number): void {
  cutCollected(runFolder, step)
  const folder = join(runFolder, 'checkpoints')
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const at = stepOf(name)
    if (at === undefined || at > step || !existsSync(join(folder, name, 'state.json'))) {
      rmSync(join(folder, name), { recursive: true, force: true })
    }
  }
}

/**
 * The same checkpoint in another run's folder. Its files are linked, not copied, where the disk can: one that is written is never written to again,
 * and stays as long as one of the two runs keeps it.
 */
export function shareCheckpoint(from: string, to: string, { folder }: Pick<CheckpointRecord, 'folder'>): void {
  const [source, target] = [join(from, folder), join(to, folder)]
  mkdirSync(target, { recursive: true })
  const files = readdirSync(source).filter((file) => file !== stateFile)
  for (const file of [...files, stateFile]) linkOrCopy(join(source, file), join(target, file))
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error
    copyFileSync(from, to)
  }
}

/** First renamed, so that one half deleted is never taken for a whole one. */
export function deleteCheckpointFolder(runFolder: string, record: CheckpointRecord): void {
  const path = join(runFolder, record.folder)
  const doomed = join(runFolder, 'checkpoints', `deleting-${record.step}`)
  try {
    renameSync(path, doomed)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  rmSync(doomed, { recursive: true, force: true })
}
