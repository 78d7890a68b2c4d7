/**
 * The tests that kill engine and app, and trainers that report to it, at random moments, many times over with other moments each time:
 * npm run soak [-- --rounds N]
 * Prints what it did as JSON; a failed round is named by its seed, which KILL_SEED repeats.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } })
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds must be a whole number from 1, not ${values.rounds}.`)
  process.exit(1)
}
const root = fileURLToPath(new URL('../..', import.meta.url))
const failed: { seed: number; output: string }[] = []
const started = performance.now()
for (let seed = 1; seed <= rounds; seed++) {
  const files = ['test/host/kill.test.ts', 'test/host/python-client.test.ts']
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'host', ...files, '--no-color']
  const env = { ...process.env, KILL_SEED: String(seed), CLIENT_KILLS: '40' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, env, encoding: 'utf8' })
  console.error(
    `round ${seed}/${rounds}: ${/killed after steps .*/.exec(stdout)?.[0] ?? 'no kill'}${status === 0 ? '' : ' — FAILED'}`,
  )
  if (status !== 0) failed.push({ seed, output: `${stdout}\n${stderr}`.slice(-4000) })
}
const minutes = (performance.now() - started) / 60_000
process.stdout.write(`${JSON.stringify({ rounds, minutes, failed }, null, 2)}\n`)
process.exitCode = failed.length > 0 ? 1 : 0
