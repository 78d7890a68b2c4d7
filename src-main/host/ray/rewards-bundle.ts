/** The app's rewards as one file for a Node elsewhere: `rewards.mjs`, which the build leaves in out/. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { StudioError } from '../../contract/errors.ts'
import { projectFolder } from '../entries.ts'

/** @returns its path @throws StudioError not-found */
export async function rewardsBundle(): Promise<string> {
  const file = fileURLToPath(new URL('out/rewards/rewards.mjs', projectFolder))
  if (existsSync(file)) return file
  throw new StudioError('not-found', `The rewards were not built: there is no ${file}.`, 'npm run setup builds them.')
}
