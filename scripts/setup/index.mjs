/** All the set-up of a checkout, on plain Node built-ins. What is done already costs a few milliseconds. */
import path from 'node:path'
import { ensureAddon } from './addon.mjs'
import { writeWhole } from './files.mjs'
import { ensureLibrary } from './libtensorflow.mjs'
import { withLock } from './lock.mjs'
import { ensurePackages } from './packages.mjs'
import { cacheFolder, root } from './places.mjs'
import { createReport, SetupProblem } from './report.mjs'

export function createContext(overrides = {}) {
  return { root, cache: cacheFolder(), env: process.env, report: createReport(), ...overrides }
}

/**
 * Installs the packages, without which nothing works, and TensorFlow, without which everything works more slowly.
 * @returns {Promise<boolean>} false when the app cannot start; the reason has been told
 */
export async function setUp(context = createContext()) {
  return withLock(context.root, context.report, async () => {
    try {
      await ensurePackages(context)
    } catch (error) {
      tell(context.report, error)
      return false
    }
    const noTensorFlow = path.join(context.root, 'node_modules', '.no-tensorflow.txt')
    try {
      await ensureAddon(context, await ensureLibrary(context))
      writeWhole(noTensorFlow, '')
    } catch (error) {
      tell(context.report, error)
      writeWhole(noTensorFlow, error.missing ?? error.message) // for `doctor`, which says why the better backend is not there
    }
    return true
  })
}

function tell(report, error) {
  if (error instanceof SetupProblem) return report.problem(error)
  if (error.code === 'ENOSPC')
    return report.problem({
      message: `The disk is full (${error.path ?? error.message}). Free some space, then run the same command again.`,
    })
  report.problem({ message: `The set-up failed: ${error.stack}` })
}
