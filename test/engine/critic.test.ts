/** A critic: its loss against verl's numbers, its gradients, what must not matter to them, and whole runs with one. */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { GrpoMetrics } from '../../src-main/contract/metrics.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import { assess } from '../../src-main/engine/critic/assess.ts'
import { type Critic, criticModel, disposeCritic, freshCritic } from '../../src-main/engine/critic/critic.ts'
import { criticMicroStep, updateCritic } from '../../src-main/engine/critic/update.ts'
import { valueLoss } from '../../src-main/engine/critic/value-loss.ts'
import { valuesOf } from '../../src-main/engine/critic/values.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { NonFiniteError, update } from '../../src-main/engine/grpo/update.ts'
import { batchOf, disposeBatch, ofOutputs } from '../../src-main/engine/model/batch.ts'
import { freshAdapters } from '../../src-main/engine/model/lora.ts'
import { disposeWeights, trainedOf } from '../../src-main/engine/model/model.ts'
import type { Policy } from '../../src-main/engine/model/policy.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { compiling } from '../../src-main/engine/tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { undoPoint } from '../../src-main/engine/undo.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe, temporaryFolder } from './support/run.ts'

interface Case {
  clip: number
  old: number[][]
  values: number[][]
  returns: number[][]
  loss: number
  clipped: number
  gradient: number[][]
}
const cases = JSON.parse(readFileSync(new URL('../fixtures/gae/cases.json', import.meta.url), 'utf8')) as Case[]

const gaeSettings: Settings = { ...testSettings, advantageEstimator: 'gae', maxGradNorm: 1000 }
const lora = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] as ('q_proj' | 'down_proj')[] }

function adaptedPolicy(): Policy {
  const policy = tinyPolicyHere()
  const adapters = freshAdapters(policy.config, policy.weights, lora, 1)
  for (const [name, t] of adapters.tensors) adapters.tensors.set(name, tf.randomNormal(t.shape, 0, 0.1, 'float32', 3))
  return { ...policy, adapters }
}

/** A critic that has opinions, so that gradients reach its layers. */
function opinionated(policy: Policy): Critic {
  const critic = freshCritic(policy, 0)
  for (const name of ['score.weight', 'score.bias'])
    critic.parts.set(name, tf.randomNormal(critic.parts.get(name)!.shape, 0, 0.3, 'float32', 7))
  return critic
}

async function assessed(policy: Policy, critic: Critic, settings: Settings, episodes?: Episode[]) {
  const sampled = episodes ?? (await sampleEpisodes(policy, 3, settings))
  return assess(critic, policy, trainedOf(policy), sampled, settings)
}

const noProgress = async () => {}

onEachBackend('a critic', () => {
  it('has verl’s value loss, gradient and share of clipped tokens', () => {
    for (const [n, c] of cases.entries()) {
      const width = Math.max(...c.old.map((row) => row.length))
      const tokens = c.old.flat().length
      const padded = (rows: number[][], rest: number) =>
        tf.tensor2d(rows.map((row) => [...row, ...new Array<number>(width - row.length).fill(rest)]))
      // what stands in the padding must not matter
      const inputs = {
        old: padded(c.old, 3),
        returns: padded(c.returns, -7),
        weights: padded(
          c.old.map((row) => row.map(() => 1 / tokens)),
          0,
        ),
      }
      const values = padded(c.values, 11)
      const f = (v: Tensor) => valueLoss(v as Tensor2D, inputs, c.clip).loss
      const { value, grad } = tf.valueAndGrad(f)(values)
      const where = `case ${n}`
      expectClose('value loss', where, value, [c.loss])
      const rows = (grad as Tensor2D).arraySync() as number[][]
      const counted = rows.flatMap((row, r) => row.slice(0, c.old[r].length))
      expectClose('value gradient', where, counted, c.gradient.flat())
      expect(rows.flatMap((row, r) => row.slice(c.old[r].length)).every((x) => x === 0)).toBe(true)
      const { cut } = valueLoss(values, inputs, c.clip)
      const share = (cut.arraySync() as number[][]).flatMap((row, r) => row.slice(0, c.old[r].length))
      expectClose('values clipped', where, [share.reduce((a, b) => a + b, 0) / tokens], [c.clipped])
    }
  })

  it('says the same of a token whatever comes after it, and whoever else is in the batch', async () => {
    const policy = tinyPolicyHere()
    const critic = opinionated(policy)
    const episodes = await sampleEpisodes(policy, 2)
    const { episodes: together } = await assessed(policy, critic, gaeSettings, episodes)
    for (const e of together) {
      const cut = { ...e, ids: e.ids.slice(0, -1) }
      const batch = batchOf([cut])
      const values = valuesOf(criticModel(critic, policy), batch)
      const [alone] = ofOutputs([cut], batch, (await values.data()) as Float32Array)
      expectClose('values', 'alone', alone, Array.from(e.tokens!.values).slice(0, -1))
      values.dispose()
      disposeBatch(batch)
    }
    const small = await assessed(policy, critic, { ...gaeSettings, microBatchTokens: 64 }, episodes)
    for (const name of ['values', 'returns', 'advantages', 'reference'] as const)
      expectClose(
        name,
        'small micro-batches',
        small.episodes.flatMap((e) => Array.from(e.tokens![name])),
        together.flatMap((e) => Array.from(e.tokens![name])),
      )
    disposeCritic(critic)
  })

  it.each([false, true])('has the gradient of its loss by differences, adapters: %s', async (adapted) => {
    const policy = adapted ? adaptedPolicy() : tinyPolicyHere()
    const critic = opinionated(policy)
    const { episodes } = await assessed(policy, critic, gaeSettings)
    // values that moved since: some are cut
    const moved = episodes.map((e) => ({
      ...e,
      tokens: { ...e.tokens!, values: Array.from(e.tokens!.values).map((v, t) => v + 0.5 * Math.sin(t)) },
    }))
    const lossOf = (changed: Critic, into = new Map<string, Tensor>()) =>
      criticMicroStep(criticModel(changed, policy), moved, 0.01, 0.2, into)
    const gradients = new Map<string, Tensor>()
    const { cut } = await lossOf(critic, gradients)
    expect(cut).toBeGreaterThan(0)
    expect([...gradients.keys()].sort()).toEqual([...critic.parts.keys()].sort())
    let compared = 0
    for (const [name, g] of gradients) {
      const norm = tf.norm(g).dataSync()[0]
      if (norm < 1e-2) continue
      compared++
      const h = 0.003
      const along = async (by: number) => {
        const parts = new Map(critic.parts).set(name, tf.add(critic.parts.get(name)!, tf.mul(g, by / norm)) as Tensor)
        return (await lossOf({ ...critic, parts })).loss
      }
      const slope = ((await along(h)) - (await along(-h))) / (2 * h)
      expect(Math.abs(slope - norm) / norm, name).toBeLessThan(0.05)
    }
    expect(compared).toBeGreaterThan(3)
    tf.dispose([...gradients.values()])
    disposeCritic(critic)
  })

  it('learns the same whatever the micro-batches and the checkpointing of layers are', async () => {
    const policy = tinyPolicyHere()
    const updated = async (changes: Partial<Settings>, recomputeLayers = false, enabled = true) => {
      compiling.enabled = enabled
      const critic = opinionated(policy)
      const settings = { ...gaeSettings, ...changes }
      const own = { ...policy, recomputeLayers }
      const { episodes } = await assessed(own, critic, settings)
      const report = await updateCritic(critic, own, episodes, settings, 0.001, randomAt(0), noProgress)
      const moments = await tensorsOf(critic.optimizer.firstMoments)
      disposeCritic(critic)
      compiling.enabled = true
      return { report, moments }
    }
    const expected = await updated({ miniBatches: 1 })
    for (const found of [
      await updated({ miniBatches: 1, microBatchTokens: 64 }),
      await updated({ miniBatches: 1 }, true),
      await updated({ miniBatches: 1 }, false, false),
    ]) {
      expectClose('critic', 'report', Object.values(found.report), Object.values(expected.report))
      for (const [name, { data }] of expected.moments)
        expectClose('critic: moments', name, found.moments.get(name)!.data, data)
    }
  })

  it('of nothing but masked outputs says zeros, not NaN, and changes nothing but the decay of moments', async () => {
    const policy = tinyPolicyHere()
    const critic = opinionated(policy)
    const before = await tensorsOf(critic.parts)
    const settings = { ...gaeSettings, maskTruncated: true }
    const cut = (await sampleEpisodes(policy, 2)).map((e) => ({ ...e, finished: false }))
    const { episodes, explained, ...means } = await assessed(policy, critic, settings, cut)
    expect(explained).toBeNaN()
    expect(Object.values(means)).toEqual([0, 0, 0])
    const report = await updateCritic(critic, policy, episodes, settings, 0.001, randomAt(0), noProgress)
    expect(Object.values(report)).toEqual([0, 0, 0])
    expect(await tensorsOf(critic.parts)).toEqual(before)
    const optimizer = new AdamW()
    const reference = trainedOf(tinyPolicyHere())
    const policyReport = await update(policy, reference, episodes, settings, 0.001, optimizer, randomAt(0), noProgress)
    expect(Object.values(policyReport)).toEqual(Object.values(policyReport).map(() => 0))
    disposeCritic(critic)
  })

  it('learns to expect what comes: of the same outputs it soon explains the returns', async () => {
    const policy = tinyPolicyHere()
    const critic = freshCritic(policy, 0)
    const sampled = (await sampleEpisodes(policy, 4)).map((e) => ({ ...e, reward: e.problem.kind === 'sum' ? 1 : 0 }))
    const settings = { ...gaeSettings, beta: 0, valueClip: 0, maxGradNorm: 1 }
    const course: number[] = []
    for (let i = 0; i < 40; i++) {
      const { episodes, explained } = await assessed(policy, critic, settings, sampled)
      course.push(explained)
      await updateCritic(critic, policy, episodes, settings, 0.01, randomAt(i), noProgress)
    }
    expect(course[0]).toBeCloseTo(0, 6)
    expect(course.at(-1)).toBeGreaterThan(0.8)
    disposeCritic(critic)
  })

  it('gives an output without a verdict no advantage', async () => {
    const policy = tinyPolicyHere()
    const critic = opinionated(policy)
    const sampled = (await sampleEpisodes(policy, 2)).map((e, i) => (i === 2 ? { ...e, reward: Number.NaN } : e))
    const { episodes } = await assessed(policy, critic, gaeSettings, sampled)
    expect(episodes.map((e) => e.tokens!.advantages.every((a) => a === 0))).toEqual(sampled.map((_, i) => i === 2))
    expect(episodes.flatMap((e) => e.tokens!.advantages).every(Number.isFinite)).toBe(true)
    disposeCritic(critic)
  })

  it('sees the KL penalty in rewards as β · (logp − ref) a token, or not at all where it is in the loss', async () => {
    const policy = tinyPolicyHere()
    const critic = freshCritic(policy, 0)
    const sampled = (await sampleEpisodes(policy, 2)).map((e) => ({ ...e, logProbs: e.logProbs.map((x) => x + 0.25) }))
    const settings = { ...gaeSettings, beta: 0.4 }
    const penalised = await assessed(policy, critic, settings, sampled)
    for (const e of penalised.episodes) {
      const left = e.ids.map((_, t) => e.reward - 0.4 * 0.25 * (e.ids.length - t))
      expectClose('returns', 'penalised', e.tokens!.returns, left, 1e-4)
    }
    expect(penalised.penalty).toBeCloseTo((0.1 * sampled.flatMap((e) => e.ids).length) / sampled.length, 4)
    const free = await assessed(policy, critic, { ...settings, klInReward: false }, sampled)
    for (const e of free.episodes)
      expectClose(
        'returns',
        'free',
        e.tokens!.returns,
        e.ids.map(() => e.reward),
        1e-6,
      )
    expect(free.penalty).toBe(0)
    disposeCritic(critic)
  })

  it('leaves no tensors behind, and is undone with the policy', async () => {
    const policy = tinyPolicyHere()
    const critic = opinionated(policy)
    const optimizer = new AdamW()
    const sampled = await sampleEpisodes(policy, 2)
    const step = async (bad: boolean) => {
      const undo = undoPoint({ policy, optimizer, critic })
      const { episodes } = await assessed(policy, critic, gaeSettings, sampled)
      const broken = episodes.map((e, i) =>
        bad && i === 1 ? { ...e, tokens: { ...e.tokens!, returns: e.ids.map(() => Number.NaN) } } : e,
      )
      const settings = { ...gaeSettings, miniBatches: 4 }
      try {
        await updateCritic(critic, policy, broken, settings, 0.001, randomAt(0), noProgress)
        undo.forget()
      } catch (error) {
        expect(error).toBeInstanceOf(NonFiniteError)
        expect((error as Error).message).toMatch(/value loss/)
        undo.restore()
      }
    }
    await step(false)
    const count = tf.memory().numTensors
    await step(false)
    expect(tf.memory().numTensors).toBe(count)
    const before = [await tensorsOf(critic.parts), await tensorsOf(critic.optimizer.secondMoments)]
    const made = critic.optimizer.step
    await step(true)
    expect(tf.memory().numTensors).toBe(count)
    expect([await tensorsOf(critic.parts), await tensorsOf(critic.optimizer.secondMoments)]).toEqual(before)
    expect(critic.optimizer.step).toBe(made)
    disposeCritic(critic)
    disposeWeights(policy.weights)
  })
})

const settings = { advantageEstimator: 'gae', criticLearningRate: 0.002 }
const files = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file))]))
const last = 'checkpoints/step-000006'

onEachBackend('a run with a critic', (backend) => {
  it.each([undefined, lora])(
    'resumed in its middle ends as the undisturbed one, bit for bit (lora %j)',
    async (lora) => {
      const recipe = smallRecipe({ checkpointEvery: 2, settings, lora })
      const whole = await run(recipe, { backend })
      expect(whole.steps).toEqual([1, 2, 3, 4, 5, 6])
      const folder = temporaryFolder()
      const checkpoint = 'checkpoints/step-000004'
      cpSync(join(whole.folder, checkpoint), join(folder, checkpoint), { recursive: true })
      const rest = await run(recipe, { backend, folder, checkpoint })
      expect(rest.course).toEqual(whole.course.slice(4))
      expect(files(join(folder, last))).toEqual(files(join(whole.folder, last)))
      expect(Object.keys(files(join(folder, last)))).toContain('critic-optimizer.safetensors')
    },
  )
})

const metricsOf = (t: Awaited<ReturnType<typeof run>>) => t.of('step').map((m) => m.report.metrics as GrpoMetrics)

describe('a run with a critic', () => {
  it('has its metrics, and as many tensors at each step', async () => {
    const counts: number[] = []
    const t = await run(smallRecipe({ settings }), {
      react(message) {
        if (message.type === 'step') counts.push(tf.memory().numTensors)
      },
    })
    const metrics = metricsOf(t)
    for (const m of metrics) expect(Number.isFinite(m['critic/vf_loss'])).toBe(true)
    // groups that are rewarded alike teach all the same
    const alike = t.of('step').flatMap((m) => m.report.groups.filter((g) => g.stdReward === 0))
    expect(alike.length).toBeGreaterThan(0)
    expect(alike.flatMap((g) => g.advantages).every((a) => a !== 0)).toBe(true)
    expect(alike.some((g) => g.zeroSpread) || metrics.some((m) => m.frac_reward_zero_std > 0)).toBe(false)
    // the head begins at zero: the first values are all 0, and explain nothing
    expect(metrics[0]['critic/values/mean']).toBe(0)
    expect(metrics[0]['critic/vf_explained_var']).toBeCloseTo(0, 6)
    expect(new Set(counts.slice(1)).size).toBe(1)
  })

  it('leaves the policy as it is while the critic warms up, and measures it all the same', async () => {
    const t = await run(smallRecipe({ checkpointEvery: 1, settings: { ...settings, criticWarmupSteps: 2 } }))
    const weights = (step: number, file: string) =>
      readSafetensors(join(t.folder, `checkpoints/step-00000${step}`, file))
    expect(weights(2, 'model.safetensors')).toEqual(weights(0, 'model.safetensors'))
    expect(weights(3, 'model.safetensors')).not.toEqual(weights(0, 'model.safetensors'))
    expect(weights(2, 'critic.safetensors')).not.toEqual(weights(1, 'critic.safetensors'))
    const metrics = metricsOf(t)
    expect(metrics.map((m) => m.learning_rate > 0)).toEqual([false, false, true, true, true, true])
    expect(metrics.map((m) => m.grad_norm > 0)).toEqual([false, false, true, true, true, true])
    for (const m of metrics) expect(m.entropy).toBeGreaterThan(0)
    // the policy's own warm-up of two steps begins after it
    expect(metrics[2].learning_rate).toBeCloseTo(0.0005, 9)
  })

  it('begins and ends with the setting, in stages and at milestones', async () => {
    const stages = [
      { kind: 'grpo', name: 'groups', steps: 2, milestones: [{ at: 2, settings: { advantageEstimator: 'gae' } }] },
      { kind: 'grpo', name: 'critic', steps: 2 },
      { kind: 'grpo', name: 'groups again', steps: 2, settings: { advantageEstimator: 'group' } },
    ]
    const t = await run(smallRecipe({ checkpointEvery: 1, stages }))
    expect(metricsOf(t).map((m) => m['critic/vf_loss'] !== undefined)).toEqual([false, true, true, true, false, false])
    const has = (step: number) =>
      readdirSync(join(t.folder, `checkpoints/step-00000${step}`)).includes('critic.safetensors')
    expect([0, 1, 2, 3, 4, 5, 6].map(has)).toEqual([false, false, true, true, true, false, false])
    for (const step of [1, 3, 4]) {
      const rest = await run(smallRecipe({ checkpointEvery: 1, stages }), {
        folder: t.folder,
        checkpoint: `checkpoints/step-00000${step}`,
      })
      expect(rest.course).toEqual(t.course.slice(step))
    }
  })

  it('is steered: λ, discount and learning rate of the critic, which runs without one refuse', async () => {
    const change = { gaeLambda: 0.9, gaeGamma: 0.99, criticLearningRate: 0.003 }
    const steered = (settings: object) =>
      run(smallRecipe({ settings }), {
        react(message, command) {
          if (message.type === 'step' && message.report.step === 1) command({ kind: 'set', changes: change })
        },
      })
    const t = await steered(settings)
    expect(t.settingsAt(2)).toMatchObject(change)
    const plain = await run(smallRecipe({ settings }))
    expect(t.course[0]).toEqual(plain.course[0])
    expect(t.course[2]).not.toEqual(plain.course[2])
    const [event] = (await steered({})).events
    expect(event.refused).toMatch(/has no critic for the GAE λ/)
  })

  it.each([
    ['critic.safetensors', (path: string) => rmSync(path), /critic\.safetensors/],
    ['critic.safetensors', (path: string) => truncateSync(path, 5000), /critic\.safetensors/],
    ['critic-optimizer.safetensors', (path: string) => rmSync(path), /critic-optimizer\.safetensors/],
  ])('is not resumed without a whole %s', async (file, damage, message) => {
    const t = await run(smallRecipe({ settings }))
    damage(join(t.folder, last, file))
    await expect(run(smallRecipe({ settings }), { folder: t.folder, checkpoint: last })).rejects.toThrow(message)
  })
})
