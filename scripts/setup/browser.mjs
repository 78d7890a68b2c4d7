/** A Chromium for the end-to-end tests: an installed one, else the package manager's, else Playwright's own download. */
import path from 'node:path'
import { node24 } from './places.mjs'
import { SetupProblem } from './report.mjs'
import { findProgram, lastError, run } from './run.mjs'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * @returns {Promise<string>} the path of a Chromium that starts, or '' for the one that Playwright has downloaded for itself
 * @throws SetupProblem
 */
export async function ensureChromium({ root, env, report, uid = process.getuid?.() }) {
  const failures = []
  const installed = () => findProgram([env.GRPO_STUDIO_CHROMIUM, ...NAMES], env)
  if (await starts(installed(), env)) return installed()
  failures.push(installed() ? `${installed()} does not start` : 'none is on PATH')

  const apt = findProgram(['apt-get'], env)
  if (apt && uid === 0) {
    report.line('Chromium: installing it with apt-get, about 120 MB (for the end-to-end tests only)')
    const quiet = { ...env, DEBIAN_FRONTEND: 'noninteractive' }
    let last = await run(apt, ['update', '-q'], {
      env: quiet,
      onTick: () => report.progress('Chromium: apt-get update'),
    })
    last = await run(apt, ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      env: quiet,
      onTick: () => report.progress('Chromium: apt-get install'),
    })
    if (last.status === 0 && (await starts(installed(), env))) return installed()
    failures.push(`apt-get could not install it (${lastError(last.output)})`)
  } else failures.push(apt ? 'apt-get needs root' : 'there is no apt-get')

  report.line("Chromium: downloading Playwright's own, about 180 MB (for the end-to-end tests only)")
  const cli = path.join(root, 'node_modules', 'playwright', 'cli.js')
  const { status, output } = await run(node24(root).executable, [cli, 'install', '--only-shell', 'chromium'], {
    env,
    onTick: () => report.progress('Chromium: downloading'),
  })
  if (status === 0) return ''
  failures.push(`Playwright could not download its own (${lastError(output)})`)
  throw new SetupProblem(
    `There is no Chromium: ${failures.join('; ')}`,
    'The end-to-end tests cannot run',
    'they count as failed',
  )
}

/** Ubuntu's `chromium` may be no more than a note about snap: only one that tells its version will do. */
async function starts(program, env) {
  if (!program) return false
  const { status, output } = await run(program, ['--version'], { env })
  return status === 0 && /\d+\.\d+\.\d+/.test(output)
}
