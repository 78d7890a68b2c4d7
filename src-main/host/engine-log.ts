/** What an engine writes to stdout and stderr, kept in its run's folder; bounded. */
import { appendFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const maxBytes = 1 << 20
const tailLength = 2000

export class EngineLog {
  readonly path: string
  #size: number
  #tail = ''

  constructor(runFolder: string) {
    this.path = join(runFolder, 'engine.log')
    this.#size = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0
  }

  write(text: string): void {
    this.#tail = (this.#tail + text).slice(-tailLength)
    try {
      if (this.#size > maxBytes) {
        renameSync(this.path, `${this.path}.1`)
        this.#size = 0
      }
      appendFileSync(this.path, text)
      this.#size += Buffer.byteLength(text)
    } catch {
      // A full or read-only disk costs the log, not the run.
    }
  }

  /** The last lines of this process, for a message. */
  lastLines(count = 3): string {
    return this.#tail.trimEnd().split('\n').slice(-count).join('\n').trim()
  }
}
