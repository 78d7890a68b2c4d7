/** What a schema refused, as an error that reaches a person. */
import { StudioError } from '../contract/errors.ts'

/** Names each value. */
export function notUnderstood(issues: readonly { path?: PropertyKey[]; message: string }[]): StudioError {
  const problems = issues.map(({ path, message }) => `${path?.map(String).join('.') || 'the request'}: ${message}`)
  return new StudioError(
    'bad-request',
    `The request was not understood: ${problems.join('; ')}.`,
    'Correct the values named.',
  )
}
