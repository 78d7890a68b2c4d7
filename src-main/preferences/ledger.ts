/** A file of what took time: one line each, appended and on the disk before the next is begun, so that nothing is done twice. */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { StudioError } from '../contract/errors.ts'

/** What the lines depend on: with another judge, instruction or seed they would be others. */
export type Head = Record<string, string | number | undefined>

export class Ledger<Line extends object> {
  readonly lines: readonly Line[]
  readonly #path: string
  readonly #file: number
  readonly #known: Line[]

  /** @throws StudioError bad-request for a file that was begun with another head; data-folder if it cannot be written */
  constructor(path: string, head: Head) {
    const { lines, bytes } = existsSync(path) ? read<Line>(path, head) : { lines: [], bytes: 0 }
    this.#path = path
    this.#known = lines
    this.lines = lines
    try {
      this.#file = openSync(path, 'a')
      // a line that was cut off in writing
      ftruncateSync(this.#file, bytes)
    } catch (error) {
      throw unwritable(path, error)
    }
    if (bytes === 0) this.#append(head)
  }

  /** On the disk when it returns. @throws StudioError data-folder */
  add(line: Line): void {
    this.#append(line)
    this.#known.push(line)
  }

  close(): void {
    closeSync(this.#file)
  }

  #append(line: object): void {
    try {
      writeSync(this.#file, `${JSON.stringify(line)}\n`)
      fdatasyncSync(this.#file)
    } catch (error) {
      throw unwritable(this.#path, error)
    }
  }
}

function read<Line>(path: string, now: Head): { lines: Line[]; bytes: number } {
  const content = readFileSync(path, 'utf8')
  const whole = content.slice(0, content.lastIndexOf('\n') + 1)
  const parsed = whole
    .split('\n')
    .filter(Boolean)
    .map((line, i): unknown => {
      try {
        return JSON.parse(line)
      } catch {
        throw new StudioError(
          'bad-request',
          `${path} cannot be gone on with: line ${i + 1} is not JSON.`,
          'Move it away, or give another --out.',
        )
      }
    })
  if (parsed.length === 0) return { lines: [], bytes: 0 }
  const [head, ...lines] = parsed as [Head, ...Line[]]
  const other = Object.keys({ ...head, ...now }).find((name) => head[name] !== now[name])
  if (other !== undefined)
    throw new StudioError(
      'bad-request',
      `${path} was begun otherwise: the ${other} differ${other.endsWith('s') ? '' : 's'}${shown(head[other], now[other])}.`,
      'Give the same again, give another --out, or begin anew with --force.',
    )
  return { lines, bytes: Buffer.byteLength(whole) }
}

/** Long values are told by their name alone. */
function shown(before: unknown, now: unknown): string {
  const texts = [before, now].map((value) => String(value ?? 'none'))
  return texts.every((text) => text.length < 80) ? ` (${texts[0]} then, ${texts[1]} now)` : ''
}

function unwritable(path: string, error: unknown): StudioError {
  return new StudioError(
    'data-folder',
    `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
    'Make room or give another --out; the same command goes on with what is missing.',
    { cause: error },
  )
}
