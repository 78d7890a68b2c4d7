/** The file of verdicts: one line each, appended and on the disk before the next is asked, so that nothing is asked twice. */
import { closeSync, existsSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { StudioError } from '../contract/errors.ts'
import type { Verdict } from '../contract/preferences.ts'

/** What verdicts depend on: with another judge, instruction or order they would be others. */
export interface Judging {
  judge: string
  instructions: string
  asks: number
  seed: number
  [setting: string]: string | number | undefined
}

export class Ledger {
  readonly verdicts: readonly Verdict[]
  readonly #path: string
  readonly #file: number
  readonly #known: Verdict[]

  /** @throws StudioError bad-request for a file of another judging; data-folder if it cannot be written */
  constructor(path: string, judging: Judging) {
    const { verdicts, bytes } = existsSync(path) ? read(path, judging) : { verdicts: [], bytes: 0 }
    this.#path = path
    this.#known = verdicts
    this.verdicts = verdicts
    try {
      this.#file = openSync(path, 'a')
      // a line that was cut off in writing
      ftruncateSync(this.#file, bytes)
    } catch (error) {
      throw unwritable(path, error)
    }
    if (bytes === 0) this.#append(judging)
  }

  /** On the disk when it returns. @throws StudioError data-folder */
  add(verdict: Verdict): void {
    this.#append(verdict)
    this.#known.push(verdict)
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

function read(path: string, judging: Judging): { verdicts: Verdict[]; bytes: number } {
  const content = readFileSync(path, 'utf8')
  const whole = content.slice(0, content.lastIndexOf('\n') + 1)
  const lines = whole.split('\n').filter(Boolean)
  const parsed = lines.map((line, i): unknown => {
    try {
      return JSON.parse(line)
    } catch {
      throw new StudioError(
        'bad-request',
        `${path} is no file of verdicts: line ${i + 1} is not JSON.`,
        'Move it away, or give another --out.',
      )
    }
  })
  if (parsed.length === 0) return { verdicts: [], bytes: 0 }
  const [head, ...verdicts] = parsed as [Judging, ...Verdict[]]
  const other = Object.keys({ ...head, ...judging }).find((name) => head[name] !== judging[name])
  if (other !== undefined)
    throw new StudioError(
      'bad-request',
      `${path} holds verdicts of another judging: the ${other} differ${other.endsWith('s') ? '' : 's'}${shown(head[other], judging[other])}.`,
      'Ask with the same again, give another --out, or begin anew with --force.',
    )
  return { verdicts, bytes: Buffer.byteLength(whole) }
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
