/**
 * What stages of a run left behind in its folder: `data/*.jsonl`, where each line has the step in which it was made, and `reward-models`, each
 * written when its stage ended, and not looked at before.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const folderOf = (runFolder: string) => join(runFolder, 'data')

function filesOf(runFolder: string): string[] {
  const folder = folderOf(runFolder)
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')) : []
}

/** For another run, which writes on in files of its own. */
export function copyCollected(from: string, to: string): void {
  const files = filesOf(from)
  if (files.length > 0) mkdirSync(folderOf(to), { recursive: true })
  for (const file of files) copyFileSync(join(folderOf(from), file), join(folderOf(to), file))
  const models = join(from, 'reward-models')
  if (existsSync(models)) cpSync(models, join(to, 'reward-models'), { recursive: true })
}

/** Removes the lines of later steps. A line that is cut off in the middle goes with them. */
export function cutCollected(runFolder: string, step: number): void {
  for (const file of filesOf(runFolder)) {
    const path = join(folderOf(runFolder), file)
    const text = readFileSync(path, 'utf8')
    const kept = text
      .split('\n')
      .filter((line) => isUpTo(line, step))
      .map((line) => `${line}\n`)
      .join('')
    if (kept === text) continue
    writeFileSync(`${path}.partial`, kept)
    renameSync(`${path}.partial`, path)
  }
}

function isUpTo(line: string, step: number): boolean {
  try {
    return (JSON.parse(line) as { step: number }).step <= step
  } catch {
    return false
  }
}
