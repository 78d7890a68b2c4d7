/** A loss that is no number: the step is undone, the run waits, and goes on as if it had never been. */
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../src-main/contract/settings.ts'
import { NonFiniteError, update } from '../../src-main/engine/grpo/update.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { onEachBackend } from './support/backends.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe } from './support/run.ts'

/** Log-probabilities at a low temperature react to the weights so strongly that a large step throws the ratio out of float32. */
const cold = { temperature: 0.05, beta: 1, miniBatches: 4 }
const recipe = smallRecipe({
  stages: [{ kind: 'grpo', name: 'only', steps: 5, settings: cold }],
  settings: { warmupSteps: 0 },
})

describe('a non-finite loss', () => {
  it('raises an alert and pauses; with a lower learning rate the run goes on as if it had had that all along', async () => {
    const bad = await run(recipe, {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 2)
          command({ kind: 'set', changes: { learningRate: 0.1 } })
        if (message.type === 'paused') {
          command({ kind: 'set', changes: { learningRate: 0.0005 } })
          command({ kind: 'resume' })
        }
      },
    })
    const alerts = bad.of('alert').filter((m) => m.alert.kind === 'non-finite')
    expect(alerts).toHaveLength(1)
    expect(alerts[0].pause).toBe(true)
    expect(alerts[0].alert.message).toMatch(/became (NaN|-?Infinity)\. Step 3 was undone and the run is paused/)
    expect(alerts[0].alert.hint).toContain('a lower learning rate')
    expect(bad.of('paused')).toEqual([{ type: 'paused', step: 2, reason: 'alert' }])
    expect(bad.of('running').map((m) => m.step)).toEqual([1, 3])
    expect(bad.of('checkpoint').map((m) => m.record.step)).toEqual([0, 2, 5])
    expect(bad.steps).toEqual([1, 2, 3, 4, 5])
    // both changes were for step 3
    expect(bad.of('applied').map((m) => m.effectiveStep)).toEqual([3, 3, 3])

    const calm = await run(recipe, {
      react: (message, command) =>
        void (
          message.type === 'step' &&
          message.report.step === 2 &&
          command({ kind: 'set', changes: { learningRate: 0.0005 } })
        ),
    })
    expect(bad.course).toEqual(calm.course)

    // and after a resume from the checkpoint of the pause
    const resumed = await run(recipe, {
      folder: bad.folder,
      checkpoint: 'checkpoints/step-000002',
      replay: bad.replayAfter(2).filter((e) => e.kind === 'set'),
    })
    expect(resumed.course).toEqual(bad.course.slice(2))
  })

  it('asked to go on without a change, it pauses again at the same step', async () => {
    let pauses = 0
    const t = await run(smallRecipe({ settings: { ...cold, learningRate: 0.1, warmupSteps: 0 } }), {
      react: (message, command) =>
        void (message.type === 'paused' && command({ kind: ++pauses < 3 ? 'resume' : 'stop' })),
    })
    expect(t.of('alert').map((m) => m.alert.kind)).toEqual(['non-finite', 'non-finite', 'non-finite'])
    expect(t.steps).toEqual([])
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'stopped', step: 0 })
  })
})

onEachBackend('an update with a loss that is no number', () => {
  it('throws before the weights are touched', async () => {
    const policy = tinyPolicyHere()
    const episodes = await sampleEpisodes(policy, 4)
    episodes[3].logProbs[0] = Number.NaN
    const before = await tensorsOf(policy.weights)
    const optimizer = new AdamW()
    const settings: Settings = { ...testSettings, miniBatches: 1 }
    const attempt = update(policy, policy.weights, episodes, settings, 0.1, optimizer, randomAt(0), async () => {})
    await expect(attempt).rejects.toThrow(NonFiniteError)
    await expect(attempt).rejects.toThrow('The loss became NaN.')
    expect(await tensorsOf(policy.weights)).toEqual(before)
    expect(optimizer.step).toBe(0)
  })
})
