/** Errors that reach a person: one sentence of what is wrong (naming the value or file) and one of the way out. */

export type ErrorCode =
  | 'bad-recipe'
  | 'bad-setting'
  | 'bad-model'
  | 'bad-request'
  | 'recipe-edited'
  | 'not-found'
  | 'too-large'
  | 'doubtful'
  | 'busy'
  | 'data-folder'
  | 'disk-full'
  | 'port-in-use'
  | 'network'
  | 'cancelled'
  | 'backend'
  | 'engine-died'
  | 'non-finite'
  | 'checkpoint'
  | 'internal'

export class StudioError extends Error {
  readonly code: ErrorCode
  /** What the person can do about it. */
  readonly hint: string

  constructor(code: ErrorCode, message: string, hint = '', options?: ErrorOptions) {
    super(message, options)
    this.name = 'StudioError'
    this.code = code
    this.hint = hint
  }
}

/** The plain form that crosses processes. */
export interface ErrorReport {
  code: ErrorCode
  message: string
  hint: string
}

/** Any thrown value as a report; what is not a StudioError becomes `internal`. */
export function reportOf(error: unknown): ErrorReport {
  if (error instanceof StudioError) return { code: error.code, message: error.message, hint: error.hint }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, hint: '' }
}

export function errorFrom(report: ErrorReport): StudioError {
  return new StudioError(report.code, report.message, report.hint)
}
