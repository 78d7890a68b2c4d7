/** The rules as one file that goes along to a cluster. From sources it is built anew for each process of the host, so that it judges as they do. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { StudioError } from '../../contract/errors.ts'
import { projectFolder } from '../entries.ts'

const bundle = fileURLToPath(new URL('out/rewards/rewards.mjs', projectFolder))
const builder = fileURLToPath(new URL('scripts/build-rewards.ts', projectFolder))

let built: Promise<string> | undefined

/**
 * @returns its path
 * @throws StudioError internal, with what the builder said
 */
export function rewardsBundle(): Promise<string> {
  built ??= existsSync(builder) ? build() : Promise.resolve(bundle)
  return built
}

async function build(): Promise<string> {
  try {
    await promisify(execFile)(process.execPath, ['--disable-warning=ExperimentalWarning', builder], {
      cwd: fileURLToPath(projectFolder),
      // in Electron, the program is a Node only if it is told so
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    })
    return bundle
  } catch (error) {
    built = undefined
    throw new StudioError(
      'internal',
      `The rules could not be bundled: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}`,
      'npm run setup installs what it needs.',
    )
  }
}
