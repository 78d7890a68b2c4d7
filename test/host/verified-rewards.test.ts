/** Runs whose rewards are verifiers: killed and resumed they are what they would have been. Own rewards are written for it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { timingMetrics } from '../../src-main/contract/metrics.ts'
import type { RewardName } from '../../src-main/contract/rewards.ts'
import type { Host } from '../../src-main/host/host.ts'
import type { ProcessIdentity } from '../../src-main/host/process-identity.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { openHost, tinyRecipe, Watch } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const ownCode = `export default ({ data, tokenLimit, completions }) =>
  completions.map(({ tokens }) => ({ value: tokens / tokenLimit - (data.numbers?.length ?? 0), reason: 'as long as may be' }))`

/** A cold start on puzzles and functions, and then all three rewards: each has a verdict on its own problems. */
function verified() {
  const own = join(temporaryFolder(), 'mine.js')
  writeFileSync(own, ownCode)
  const settings = { groupSize: 4, maxCompletionTokens: 24, rewardWeights: { logic: 1, code: 1, own: 0.1 } }
  const stages = [
    { kind: 'sft', name: 'cold start', steps: 1, data: { traces: 40 }, settings: { promptsPerStep: 8 } },
    { kind: 'grpo', name: 'rl', steps: 4, settings: { promptsPerStep: 4 } },
  ]
  const task = { countdown: 1, function: 1 }
  return loadRecipe(tinyRecipe({ task, settings, stages, checkpointEvery: 2, evalEvery: 0, ownReward: own }), [])
}

/** All that a seed determines. */
async function stored(host: Host) {
  const run = await host.ask.run('last')
  const { steps, series } = await host.ask.metrics(run.id, undefined, 0)
  for (const name of timingMetrics) delete series[name]
  const groups = await Promise.all(
    steps.map(async (step) =>
      Promise.all((await host.ask.groupsOfStep(run.id, step)).map(({ group }) => host.ask.group(run.id, step, group))),
    ),
  )
  return { status: run.status, steps, series, groups }
}

it('a run with the rewards logic, code and own, killed in its course and resumed, is the undisturbed one', async () => {
  const recipe = verified()
  const [calm, hurt] = [openHost(), openHost()]
  await calm.launch(recipe)
  await calm.idle()
  const undisturbed = await stored(calm)

  const watch = new Watch(hurt)
  const { id } = await hurt.launch(recipe)
  await watch.step(3)
  const { folder } = await hurt.ask.run(id)
  const engine = JSON.parse(readFileSync(join(folder, 'engine.pid'), 'utf8')) as ProcessIdentity
  process.kill(engine.pid, 'SIGKILL')
  await hurt.idle()
  expect((await hurt.ask.run(id)).status).toBe('interrupted')
  await hurt.resume(id)
  await hurt.idle()

  expect(await stored(hurt)).toEqual(undisturbed)
  expect(undisturbed).toMatchObject({ status: 'finished', steps: [1, 2, 3, 4, 5] })
  const judged = (kind: string, reward: RewardName) =>
    undisturbed.groups
      .flat()
      .filter((group) => group.kind.startsWith(kind))
      .flatMap((group) => group.completions.map((one) => one.parts[reward]!))
  for (const [kind, reward, other] of [
    ['countdown', 'logic', 'code'],
    ['function', 'code', 'logic'],
  ] as const) {
    expect(judged(kind, reward).length).toBeGreaterThan(4)
    expect(judged(kind, reward).every(({ value, reason }) => value !== null && reason !== '')).toBe(true)
    expect(judged(kind, other).every(({ value }) => value === null)).toBe(true)
    expect(judged(kind, 'own').every(({ value, reason }) => value !== null && reason === 'as long as may be')).toBe(
      true,
    )
  }
})
