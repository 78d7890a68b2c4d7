/** Scalars of several event files as columns of numbers, read out step by step. */
import { basename } from 'node:path'
import { complaint } from './complaint.ts'
import { readEvents } from './event-file.ts'
import { type FolderEntry, type FoundFile, filesBelow } from './files.ts'
import type { Meter } from './source.ts'

/** Kept at once: 22 bytes each. */
const mostPoints = 20_000_000

export interface ScalarStep {
  step: number
  /** Seconds since 1970, of its last value. */
  wallTime: number
  /** By tag. */
  values: Map<string, number>
}

export const isEventFile = (name: string): boolean => /\.tfevents\./.test(name)

/** Its name has the second. */
const secondOf = (path: string) => Number(/tfevents\.(\d{1,11})\b/.exec(basename(path))?.[1] ?? 0)

/** When it was begun. */
export const begunAt = ({ path, at }: FoundFile): string => (secondOf(path) > 0 ? isoOf(secondOf(path)) : at)

/** Below a folder, in the order in which they were begun. */
export const eventFilesOf = (folder: string): FolderEntry[] =>
  filesBelow(folder, isEventFile, 3).sort((a, b) => secondOf(a.path) - secondOf(b.path) || (a.name < b.name ? -1 : 1))

/** @param seconds since 1970 */
export const isoOf = (seconds: number): string =>
  new Date(Math.min(8.64e15, Math.max(0, 1000 * seconds) || 0)).toISOString()

class Column<T extends Float64Array | Uint32Array | Uint16Array> {
  #values: T
  readonly #make: (length: number) => T
  length = 0
  constructor(make: (length: number) => T) {
    this.#make = make
    this.#values = make(1024)
  }
  push(value: number): void {
    if (this.length === this.#values.length) {
      const larger = this.#make(2 * this.length)
      larger.set(this.#values)
      this.#values = larger
    }
    this.#values[this.length++] = value
  }
  at(i: number): number {
    return this.#values[i]
  }
}

export class Scalars {
  readonly tags: string[] = []
  /** What was wrong with the files, a sentence each. */
  readonly notices: string[] = []
  readonly #tagNumbers = new Map<string, number>()
  readonly #steps = new Column((length) => new Uint32Array(length))
  readonly #tagColumn = new Column((length) => new Uint16Array(length))
  readonly #values = new Column((length) => new Float64Array(length))
  readonly #wallTimes = new Column((length) => new Float64Array(length))

  /** @throws StudioError bad-request where there are more than fit, and for files that cannot be read */
  async read(files: readonly { path: string }[], meter: Meter): Promise<this> {
    for (const { path } of files) {
      const end = await readEvents(path, meter, ({ wallTime, step, tag, value }) => {
        if (step < 0 || step > 1e9) return
        this.#steps.push(step)
        this.#tagColumn.push(this.#tagNumber(tag))
        this.#values.push(value)
        this.#wallTimes.push(wallTime)
        if (this.#steps.length > mostPoints)
          throw complaint(
            `There are more than ${mostPoints / 1e6} million values in the event files up to ${path}.`,
            'Give the folder of one run, not that of several.',
          )
      })
      if (end.broken !== null)
        this.notices.push(`${basename(path)}: ${end.broken}; what comes before it was read (${end.records} records).`)
    }
    return this
  }

  /** In order; of a tag that has several values at a step, the last one holds: a run that was resumed has told them again. */
  *steps(): Generator<ScalarStep> {
    const counts = new Map<number, number>()
    for (let i = 0; i < this.#steps.length; i++) {
      const step = this.#steps.at(i)
      counts.set(step, (counts.get(step) ?? 0) + 1)
    }
    const places = new Map<number, number>()
    let begin = 0
    const order = [...counts.keys()].sort((a, b) => a - b)
    for (const step of order) {
      places.set(step, begin)
      begin += counts.get(step)!
    }
    const points = new Uint32Array(this.#steps.length)
    for (let i = 0; i < points.length; i++) {
      const step = this.#steps.at(i)
      const place = places.get(step)!
      points[place] = i
      places.set(step, place + 1)
    }
    let from = 0
    for (const step of order) {
      const end = from + counts.get(step)!
      const values = new Map<string, number>()
      let wallTime = 0
      for (; from < end; from++) {
        values.set(this.tags[this.#tagColumn.at(points[from])], this.#values.at(points[from]))
        wallTime = this.#wallTimes.at(points[from])
      }
      yield { step, wallTime, values }
    }
  }

  #tagNumber(tag: string): number {
    const known = this.#tagNumbers.get(tag)
    if (known !== undefined) return known
    if (this.tags.length > 0xffff)
      throw complaint('The event files have more than 65,536 tags.', 'Give the folder of one run, not that of several.')
    this.tags.push(tag)
    this.#tagNumbers.set(tag, this.tags.length - 1)
    return this.tags.length - 1
  }
}
