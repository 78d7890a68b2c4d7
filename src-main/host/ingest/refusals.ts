/** What a trainer hears when nothing was stored: a status, a sentence, and the way out. */
import type { z } from 'zod'
import { reportOf, StudioError } from '../../contract/errors.ts'
import type { IngestRefusal } from '../../contract/ingest.ts'
import { isStorageFailure } from '../../store/database.ts'
import { Gap } from './keep.ts'

export interface Refused {
  status: number
  body: IngestRefusal
}

/** Something is refused with this status; `retryAfter` in seconds. */
export class Refusal extends StudioError {
  readonly status: number
  readonly retryAfter: number | undefined

  constructor(status: number, message: string, hint: string, retryAfter?: number) {
    super(status === 413 ? 'too-large' : 'bad-request', message, hint)
    this.status = status
    this.retryAfter = retryAfter
  }
}

/** A disk that is full may take minutes to be made free. */
const storagePatience = 15
const closingPatience = 5

export function refusedBy(error: unknown): Refused {
  const body = reportOf(error)
  if (error instanceof Gap) return { status: 409, body: { ...body, expected: error.expected } }
  if (error instanceof Refusal) {
    const { status, retryAfter } = error
    return { status, body: retryAfter === undefined ? body : { ...body, retryAfter } }
  }
  if (error instanceof StudioError) {
    if (error.code === 'not-found') return { status: 404, body }
    if (error.code === 'cancelled') return { status: 503, body: { ...body, retryAfter: closingPatience } }
    if (isStorageFailure(error.cause)) return { status: 503, body: { ...body, retryAfter: storagePatience } }
    return { status: 400, body }
  }
  console.error(error)
  return { status: 500, body }
}

const shownProblems = 5

/** @throws Refusal 413 for what is too long or too many, 400 for what else is wrong: naming each place and its value */
export function understood<T extends z.ZodType>(schema: T, what: string, given: unknown): z.output<T> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const { issues } = result.error
  const problems = issues.slice(0, shownProblems).map(({ path, message }) => {
    const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | null)?.[key], given)
    return `${path.map(String).join('.') || what}: ${message}${shown(value)}`
  })
  const more = issues.length > shownProblems ? `; and ${issues.length - shownProblems} more` : ''
  const large = issues.some(
    (issue) => issue.code === 'too_big' && (issue.origin === 'string' || issue.origin === 'array'),
  )
  throw new Refusal(
    large ? 413 : 400,
    `${what} cannot be taken: ${problems.join('; ')}${more}.`,
    large
      ? 'Send less at once, or a part of it; the limits are in docs/attach.md.'
      : 'Correct the fields named; GET /ingest/v1/openapi.json describes them all.',
  )
}

function shown(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return ''
  const text = JSON.stringify(value)
  return ` (it is ${text.length > 80 ? `${text.slice(0, 80)}…` : text})`
}
