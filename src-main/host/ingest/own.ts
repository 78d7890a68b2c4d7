/** What needs a run that is trained here. */
import { engineName } from '../../contract/engines.ts'
import { StudioError } from '../../contract/errors.ts'
import { importClient } from '../../contract/imports.ts'
import type { RunSource } from '../../contract/records.ts'

/**
 * @param what cannot be done, after "cannot be"
 * @throws StudioError bad-request for a run of another trainer
 */
export function requireOwn({ number, source }: { number: number; source: RunSource | null }, what: string): void {
  if (source === null) return
  if (source.client === importClient)
    throw new StudioError(
      'bad-request',
      `Run #${number} cannot be ${what} here: it was imported, and its checkpoints lie where it was trained.`,
      'Do it there, and import it again.',
    )
  const trainer = engineName(source.engine)
  throw new StudioError(
    'bad-request',
    `Run #${number} cannot be ${what} here: ${trainer} trains it, and its checkpoints lie with ${trainer}.`,
    'Do it where it was started; what it reports then comes here.',
  )
}
