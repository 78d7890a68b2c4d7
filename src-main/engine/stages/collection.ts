/** What a rejection-sampling stage keeps: a data set of JSON lines in the run's folder, and beside it what was dropped and why. */

import { appendFileSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DropReason, dropReasons } from '../../contract/stages.ts'
import { jsonLines } from '../../library/json-lines.ts'
import { writeDurably } from '../model/durable.ts'
import type { Problem } from '../tasks/problem.ts'

/** One sample that was kept: a line of the data set, which supervised stages and `data.train` of a recipe read. */
export interface Collected extends Problem {
  completion: string
  /** Of the run, in which it was sampled. */
  step: number
}

/** What became of the samples of a step, by reason. */
export type Counts = Record<'sampled' | 'kept' | DropReason, number>

/** Below the run's folder. @param stage from 0 */
export const collectionFile = (stage: number) => join('data', `stage-${stage + 1}.jsonl`)
const countsFile = (path: string) => path.replace(/\.jsonl$/, '.counts.jsonl')

export const noCounts = (): Counts =>
  Object.fromEntries(['sampled', 'kept', ...dropReasons].map((name) => [name, 0])) as Counts

/** The disk took not all of what a step collected: the step has to be made again. */
export class CollectionError extends Error {
  readonly path: string
  readonly code: string | undefined

  constructor(path: string, cause: NodeJS.ErrnoException) {
    super(cause.message, { cause })
    this.path = path
    this.code = cause.code
  }
}

export class Collection {
  readonly path: string
  private readonly keptOf = new Map<string, Set<string>>()

  /**
   * Goes on with what is there of the steps up to this one. Later ones are cut off: a run that was killed makes them again.
   * @throws what the disk refuses
   */
  constructor(runFolder: string, stage: number, lastStep: number) {
    this.path = join(runFolder, collectionFile(stage))
    mkdirSync(dirname(this.path), { recursive: true })
    for (const line of goOnWith<Collected>(this.path, lastStep)) this.remember(line)
    goOnWith(countsFile(this.path), lastStep)
  }

  /** Whether this answer to this problem is there already. */
  has(prompt: string, completion: string): boolean {
    return this.keptOf.get(prompt)?.has(completion) ?? false
  }

  /** Different answers to this problem that are there. */
  count(prompt: string): number {
    return this.keptOf.get(prompt)?.size ?? 0
  }

  remember({ prompt, completion }: Pick<Collected, 'prompt' | 'completion'>): void {
    const known = this.keptOf.get(prompt)
    if (known) known.add(completion)
    else this.keptOf.set(prompt, new Set([completion]))
  }

  /** On the disk when it returns: the step is reported after it. @throws CollectionError, with some of it perhaps written */
  write(step: number, kept: readonly Collected[], counts: Counts): void {
    try {
      append(this.path, kept)
      append(countsFile(this.path), [{ step, ...counts }])
    } catch (error) {
      throw new CollectionError(this.path, error as NodeJS.ErrnoException)
    }
  }
}

function append(path: string, lines: readonly object[]): void {
  appendFileSync(path, jsonLines(lines))
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** The whole lines of the steps up to this one, which are then all that is in the file. */
function goOnWith<T extends { step: number }>(path: string, lastStep: number): T[] {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const lines = text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as T]
    } catch {
      // the end of the file, or a line that was being written when the run was killed
      return []
    }
  })
  const kept = lines.filter(({ step }) => step <= lastStep)
  const content = jsonLines(kept)
  if (content !== text) writeDurably(path, content)
  return kept
}
