/** Tensors live as long as they are needed: after any number of steps there are as many as before. */

import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { update } from '../../src-main/engine/grpo/update.ts'
import { readCheckpoint, writeCheckpoint } from '../../src-main/engine/model/checkpoint.ts'
import { copyWeights, disposeWeights } from '../../src-main/engine/model/model.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { bareIds } from '../../src-main/engine/prompts.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { supervisedUpdate } from '../../src-main/engine/sft/update.ts'
import { evaluate } from '../../src-main/engine/stages/evaluate.ts'
import { evaluationSet } from '../../src-main/engine/tasks/sets.ts'
import { tf } from '../../src-main/engine/tensor/tf.ts'
import { undoPoint } from '../../src-main/engine/undo.ts'
import { Alerts } from '../../src-main/engine/watch/alerts.ts'
import { onEachBackend } from './support/backends.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe, temporaryFolder } from './support/run.ts'

const noProgress = async () => {}

/** Tensors and their bytes that the action leaves behind; the first call may make what stays for good. */
async function left(action: () => unknown): Promise<{ tensors: number; bytes: number }> {
  await action()
  const before = tf.memory()
  await action()
  const after = tf.memory()
  return { tensors: after.numTensors - before.numTensors, bytes: after.numBytes - before.numBytes }
}
const nothing = { tensors: 0, bytes: 0 }

onEachBackend('nothing is left behind', () => {
  it('by a rollout, an update, an evaluation, a supervised update', async () => {
    const policy = tinyPolicyHere()
    const reference = tinyPolicyHere().weights
    const optimizer = new AdamW()
    const episodes = await sampleEpisodes(policy, 4)
    expect(await left(() => sampleEpisodes(policy, 4))).toEqual(nothing)
    const settings = { ...testSettings, miniBatches: 2, innerEpochs: 2, microBatchTokens: 128 }
    const step = () => update(policy, reference, [...episodes], settings, 1e-4, optimizer, randomAt(0), noProgress)
    expect(await left(step)).toEqual(nothing)
    const problems = evaluationSet({ sum: 1 }, 12)
    const look = () =>
      evaluate({
        policy,
        problems,
        promptIds: bareIds(policy.tokenizer),
        form: { samples: 3, temperature: 0.8, topP: 0.9 },
        maxTokens: 24,
        seed: 0,
        step: 0,
        settings,
        progress: noProgress,
      })
    expect(await left(look)).toEqual(nothing)
    const learn = () =>
      supervisedUpdate(policy, episodes, optimizer, {
        adam: { learningRate: 1e-4, beta1: 0.9, beta2: 0.99, weightDecay: 0, maxGradNorm: 1 },
        microBatchTokens: 128,
        tokensPerBatch: 100,
      })
    expect(await left(learn)).toEqual(nothing)
  })

  it('by an undone update, or one that fails half-way', async () => {
    const policy = tinyPolicyHere()
    const optimizer = new AdamW()
    const state = { policy, reference: copyWeights(policy.weights), optimizer, position: undefined as never }
    const good = await sampleEpisodes(policy, 2)
    const bad = good.map((e, i) => (i === 5 ? { ...e, logProbs: e.logProbs.map(() => Number.NaN) } : e))
    const settings = { ...testSettings, miniBatches: 4 }
    const attempt = (episodes: typeof good) => async () => {
      const undo = undoPoint(state)
      try {
        await update(policy, state.reference, [...episodes], settings, 1e-4, optimizer, randomAt(0), noProgress)
        undo.forget()
      } catch {
        undo.restore()
      }
    }
    expect(await left(attempt(good))).toEqual(nothing)
    const before = new Map([...policy.weights].map(([name, t]) => [name, t.dataSync().slice()]))
    const step = optimizer.step
    expect(await left(attempt(bad))).toEqual(nothing)
    for (const [name, t] of policy.weights) expect(t.dataSync(), name).toEqual(before.get(name))
    expect(optimizer.step).toBe(step)
  })

  it('by writing a checkpoint; and reading one makes weights, reference and moments, no more', async () => {
    const policy = tinyPolicyHere()
    const optimizer = new AdamW()
    const reference = copyWeights(policy.weights)
    const episodes = await sampleEpisodes(policy, 2)
    await update(policy, reference, episodes, testSettings, 1e-4, optimizer, randomAt(0), noProgress)
    const folder = join(temporaryFolder(), 'checkpoint')
    const position = {
      step: 1,
      stage: 0,
      stageFirstStep: 1,
      staying: false,
      settings: testSettings,
      optimizerStep: 1,
      tokens: 9,
      optimizerSince: 0,
      gate: { values: [], asked: false, seconds: 0 },
      referenceStep: 0,
      alerts: new Alerts().memory,
    }
    const state = { policy, reference, optimizer, position }
    expect(await left(() => writeCheckpoint(folder, state))).toEqual(nothing)
    const reopen = () => {
      const again = readCheckpoint(folder)
      for (const w of [again.policy.weights, again.reference]) disposeWeights(w)
      again.optimizer.dispose()
    }
    expect(await left(reopen)).toEqual(nothing)
  })
})

describe('a run', () => {
  it('has as many tensors at each step, with pauses, evaluations, checkpoints and steering', async () => {
    const counts: number[] = []
    await run(smallRecipe({ evalEvery: 1, checkpointEvery: 1, settings: { refreshReferenceEvery: 2 } }), {
      react(message, command) {
        if (message.type === 'step') {
          counts.push(tf.memory().numTensors)
          command({ kind: 'set', changes: { temperature: 1 + message.report.step / 100 } })
          if (message.report.step === 2) command({ kind: 'pause' })
        }
        if (message.type === 'paused') command({ kind: 'resume' })
      },
    })
    expect(counts).toHaveLength(6)
    expect(new Set(counts).size).toBe(1)
  })
})
