/** What is wrong with something that is to be imported. */
import { StudioError } from '../contract/errors.ts'

export const complaint = (what: string, hint: string, cause?: unknown): StudioError =>
  new StudioError('bad-request', what, hint, cause === undefined ? undefined : { cause })

/** Why a file could not be read, in words. */
export function unreadable(path: string, error: unknown): StudioError {
  if (error instanceof StudioError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return complaint(`There is no file or folder ${path}.`, 'Check its path.', error)
  if (code === 'EACCES' || code === 'EPERM')
    return complaint(`${path} may not be read (${code}).`, 'Let this user read it: chmod u+r.', error)
  return complaint(`${path} cannot be read: ${message}.`, 'Check that it is whole.', error)
}
