/**
 * Reports are handled strictly one after another. One that the disk refuses stays at the head, and those after it wait behind it,
 * until a retry succeeds: nothing is lost and nothing overtakes.
 */
import { StudioError } from '../contract/errors.ts'
import { isStorageFailure } from '../store/database.ts'

export class ReportQueue<Report> {
  readonly #waiting: Report[] = []
  readonly #handle: (report: Report) => void
  readonly #refused: (error: StudioError) => void
  #held: StudioError | undefined

  /**
   * @param handle may throw a StudioError whose cause is a failure of storage: it is called again with the same report
   * @param refused is told of each such failure
   */
  constructor(handle: (report: Report) => void, refused: (error: StudioError) => void) {
    this.#handle = handle
    this.#refused = refused
  }

  /** Why the head of the queue could not be handled. */
  get held(): StudioError | undefined {
    return this.#held
  }

  push(report: Report): void {
    this.#waiting.push(report)
    if (!this.#held) this.retry()
  }

  /** @throws StudioError when the disk refuses again */
  retryOrThrow(): void {
    this.retry()
    if (this.#held) throw this.#held
  }

  retry(): void {
    this.#held = undefined
    while (this.#waiting.length > 0) {
      try {
        this.#handle(this.#waiting[0])
      } catch (error) {
        if (!(error instanceof StudioError) || !isStorageFailure(error.cause)) throw error
        this.#held = error
        this.#refused(error)
        return
      }
      this.#waiting.shift()
    }
  }
}
