/** The data folder: where it is by default, and what lies in it. */
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { StudioError } from '../contract/errors.ts'

/** `GRPO_STUDIO_DATA`, else the platform's folder for application data. */
export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string {
  if (env.GRPO_STUDIO_DATA) return resolve(env.GRPO_STUDIO_DATA)
  const home = env.HOME || homedir()
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'grpo-studio')
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'grpo-studio')
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'grpo-studio')
}

export function databasePath(folder: string): string {
  return join(folder, 'studio.db')
}

export function runFolder(folder: string, runId: string): string {
  return join(folder, 'runs', runId)
}

/** A file in a run's folder while the run is being made. */
export const BEING_MADE = 'being-made'

/** Ordinals of the run folders (`0003-r1-zero-mini`), so that a new run never takes over an old folder. */
export function lastFolderNumber(folder: string): number {
  const runs = join(folder, 'runs')
  if (!existsSync(runs)) return 0
  return readdirSync(runs).reduce((last, name) => Math.max(last, Number.parseInt(name, 10) || 0), 0)
}

/**
 * Makes the folder and sees that it can be written.
 * @throws StudioError data-folder naming the folder and why not
 */
export function prepareDataFolder(folder: string): void {
  try {
    mkdirSync(join(folder, 'runs'), { recursive: true })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    accessSync(join(folder, 'runs'), constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw unusable(folder, error)
  }
}

function unusable(folder: string, error: unknown): StudioError {
  const code = (error as NodeJS.ErrnoException).code
  const other = 'choose another data folder with --data DIR or GRPO_STUDIO_DATA.'
  const cause = { cause: error }
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const hint = `Free some space on that disk, or ${other}`
    return new StudioError('disk-full', `The disk is full: the data folder ${folder} cannot be made.`, hint, cause)
  }
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    const hint = `Move that file away, or ${other}`
    return new StudioError(
      'data-folder',
      `The data folder ${folder} cannot be made: a file is in its way.`,
      hint,
      cause,
    )
  }
  const why = code === 'EROFS' ? 'its disk is mounted read-only' : `it is read-only for this user (${code})`
  return new StudioError(
    'data-folder',
    `The data folder ${folder} cannot be written: ${why}.`,
    `Make it writable (chmod u+rwx), or ${other}`,
    cause,
  )
}
