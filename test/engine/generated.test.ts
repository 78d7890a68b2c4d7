/** What must not matter, with generated cases: micro-batches, padding, order, who else is in the batch, pauses, checkpoints, resuming. */
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type Metrics, metrics as metricTable } from '../../src-main/contract/metrics.ts'
import { lossTypes, rewardScales, type Settings } from '../../src-main/contract/settings.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { passesOf } from '../../src-main/engine/grpo/passes.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import { batchOf, nextTokenLogProbs, paddedRows, type Sequence, sizeOf } from '../../src-main/engine/model/batch.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { rollout } from '../../src-main/engine/rollout/rollout.ts'
import { compiling } from '../../src-main/engine/tensor/compiled.ts'
import { tf } from '../../src-main/engine/tensor/tf.ts'
import { Alerts } from '../../src-main/engine/watch/alerts.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose, showWorst } from './support/compare.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe, type Transcript } from './support/run.ts'

afterAll(showWorst)

const calm = Object.fromEntries(Object.keys(metricTable).map((name) => [name, 0])) as Metrics

/** Loss, gradient by weight (ten times the optimizer's first moment) and reported means of one update of a fresh policy. */
async function updated(episodes: Episode[], changes: Partial<Settings>) {
  const policy = tinyPolicyHere()
  const reference = tinyPolicyHere().weights
  const optimizer = new AdamW()
  const settings = { ...testSettings, miniBatches: 1, maxGradNorm: 1e6, ...changes }
  const copy = episodes.map((e) => ({ ...e }))
  const { loss, entropy, kl, clipLow, clipHigh, gapMean, gapMax } = await update(
    policy,
    reference,
    copy,
    settings,
    1e-3,
    optimizer,
    randomAt(0, 'order'),
    async () => {},
  )
  const gradients = await Promise.all([...optimizer.firstMoments.values()].map((t) => t.data()))
  for (const w of [policy.weights, reference]) disposeWeights(w)
  optimizer.dispose()
  return { gradients, numbers: { loss, entropy, clipLow, clipHigh, gapMean, gapMax }, kl }
}

/** Sequences of the tiny policy's vocabulary. */
const sequence: fc.Arbitrary<Sequence> = fc.record({
  promptIds: fc.array(fc.integer({ min: 3, max: 31 }), { minLength: 1, maxLength: 14 }),
  ids: fc.array(fc.integer({ min: 3, max: 31 }), { minLength: 1, maxLength: 20 }),
})

const restrictions = fc.record({
  temperature: fc.double({ min: 0.4, max: 2, noNaN: true }),
  topP: fc.constantFrom(1, 0.7, 0.95),
  topK: fc.constantFrom(0, 3, 20),
  minP: fc.constantFrom(0, 0.05),
  repetitionPenalty: fc.constantFrom(1, 1.3),
})

onEachBackend('generated', () => {
  // as functions are written: graphs, one for each of many shapes, are tested against that elsewhere
  beforeEach(() => {
    compiling.enabled = false
    return () => {
      compiling.enabled = true
    }
  })

  it('updates do not depend on how many micro-steps they are accumulated from, nor on the order of the samples', async () => {
    const sampled = await sampleEpisodes(tinyPolicyHere(), 3)
    const advantage = fc.oneof(fc.constant(0), fc.double({ min: -2, max: 2, noNaN: true }))
    const rows = fc.array(
      fc.record({
        advantage,
        off: fc.double({ min: -1, max: 1, noNaN: true }),
        cut: fc.boolean(),
      }),
      { minLength: sampled.length, maxLength: sampled.length },
    )
    const settings = fc.record({
      lossType: fc.constantFrom(...lossTypes),
      importanceSampling: fc.constantFrom('token' as const, 'sequence' as const),
      beta: fc.constantFrom(0, 0.2),
      maskTruncated: fc.boolean(),
      temperature: fc.constantFrom(1, 0.7),
    })
    await fc.assert(
      fc.asyncProperty(
        rows,
        settings,
        fc.integer({ min: 64, max: 500 }),
        fc.shuffledSubarray([...sampled.keys()], { minLength: sampled.length }),
        async (given, s, microBatchTokens, order) => {
          const episodes = sampled.map((e, i) => ({
            ...e,
            advantage: given[i].advantage,
            finished: !given[i].cut,
            logProbs: e.logProbs.map((x, t) => x + given[i].off * Math.cos(t)),
          }))
          const whole = await updated(episodes, { ...s, microBatchTokens: 4096 })
          const parts = await updated(
            order.map((i) => episodes[i]),
            { ...s, microBatchTokens },
          )
          const all = (gradients: ArrayLike<number>[]) => gradients.flatMap((g) => Array.from(g))
          expectClose('generated: gradient', JSON.stringify(s), all(parts.gradients), all(whole.gradients), 2e-5)
          for (const [name, value] of Object.entries(whole.numbers))
            expectClose(`generated: ${name}`, name, [parts.numbers[name as 'loss']], [value], 2e-5)
          expect(Math.abs(parts.kl - whole.kl)).toBeLessThan(1e-6)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('updates without KL do not need the outputs without advantage backward, nor those that are masked at all', async () => {
    const sampled = await sampleEpisodes(tinyPolicyHere(), 3)
    const rows = fc.array(fc.record({ advantage: fc.constantFrom(0, 0, 0, -1, 1.5), cut: fc.boolean() }), {
      minLength: sampled.length,
      maxLength: sampled.length,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(...lossTypes), fc.boolean(), async (given, lossType, maskTruncated) => {
        const episodes = sampled.map((e, i) => ({
          ...e,
          advantage: given[i].advantage,
          finished: !given[i].cut,
          logProbs: e.logProbs.map((x, t) => x + 0.3 * Math.sin(i + t)),
        }))
        const without = await updated(episodes, { lossType, maskTruncated, beta: 0 })
        // too small to be seen, and enough that every output has to go backward
        const all = await updated(episodes, { lossType, maskTruncated, beta: 1e-30 })
        const flat = (gradients: ArrayLike<number>[]) => gradients.flatMap((g) => Array.from(g))
        expectClose('generated: silent rows', lossType, flat(without.gradients), flat(all.gradients), 2e-5)
        for (const [name, value] of Object.entries(all.numbers))
          expectClose(`generated: ${name}`, name, [without.numbers[name as 'loss']], [value], 2e-5)
        expect(Math.abs(without.kl - all.kl)).toBeLessThan(1e-6)
      }),
      { numRuns: 15 },
    )
  })

  it('updates tell how far the sampler was from the trainer, and that raises the alert', async () => {
    const sampled = await sampleEpisodes(tinyPolicyHere(), 2)
    const nudge = fc.double({ min: 0.06, max: 3, noNaN: true })
    await fc.assert(
      fc.asyncProperty(nudge, fc.nat({ max: sampled.length - 1 }), fc.boolean(), async (by, at, sequence) => {
        const off = sampled.map((e, i) =>
          i === at ? { ...e, logProbs: e.logProbs.map((x, t) => (t === 1 ? x - by : x)) } : e,
        )
        const importanceSampling = sequence ? 'sequence' : 'token'
        const { numbers } = await updated(off, { importanceSampling, miniBatches: 1 })
        const tokens = sampled.reduce((sum, e) => sum + e.ids.length, 0)
        expect(numbers.gapMax).toBeCloseTo(by, 4)
        expect(numbers.gapMean).toBeCloseTo(by / tokens, 4)
        const metrics = {
          'sampling/logp_difference/max': numbers.gapMax,
          'sampling/logp_difference/mean': numbers.gapMean,
        }
        expect(new Alerts().look(1, { ...calm, ...metrics }).map((a) => a.kind)).toEqual(['sampler-gap'])
      }),
      { numRuns: 8 },
    )
    const { numbers } = await updated(sampled, {})
    expect(numbers.gapMax).toBeLessThan(1e-4)
  })

  it('updates without any gradient let the optimizer go on as at a gradient of zero', async () => {
    const episodes = await sampleEpisodes(tinyPolicyHere(), 2)
    const silent = episodes.map((e) => ({ ...e, advantage: 0 }))
    const after = async (beta: number) => {
      const policy = tinyPolicyHere()
      const reference = tinyPolicyHere().weights
      const optimizer = new AdamW()
      for (const [batch, b] of [
        [episodes, 0],
        [silent, beta],
      ] as const)
        await update(
          policy,
          reference,
          [...batch],
          { ...testSettings, miniBatches: 1, beta: b },
          1e-3,
          optimizer,
          randomAt(0),
          async () => {},
        )
      const weights = await Promise.all([...policy.weights.values()].map((t) => t.data()))
      for (const w of [policy.weights, reference]) disposeWeights(w)
      optimizer.dispose()
      return weights.flatMap((w) => Array.from(w))
    }
    expectClose('generated: weights', 'silent update', await after(0), await after(1e-30), 1e-6)
  })

  it('sequences have the same log-probabilities whatever they are padded to, and whoever is beside them', async () => {
    const policy = tinyPolicyHere()
    // every token after the first counts as an output: those of prompts have no log-probability where all rows are in theirs
    const whole = ({ promptIds, ids }: Sequence): Sequence => {
      const [first, ...rest] = [...promptIds, ...ids]
      return { promptIds: [first], ids: rest }
    }
    const logProbsOf = async (sequences: Sequence[], lengthStep: number) => {
      const { batch, logProbs } = scoped(() => {
        const batch = batchOf(sequences, undefined, lengthStep)
        return { batch, logProbs: nextTokenLogProbs(policy, batch, 1) }
      })
      const values = await logProbs.data()
      tf.dispose([logProbs, batch.ids, batch.targets, batch.mask])
      return sequences.map((s, r) => {
        const from = r * (batch.length - 1)
        return Array.from(values.subarray(from, from + s.promptIds.length + s.ids.length - 1))
      })
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(sequence.map(whole), { minLength: 1, maxLength: 6 }),
        fc.constantFrom(8, 16, 64),
        async (all, step) => {
          const together = await logProbsOf(all, step)
          for (const [i, s] of all.entries())
            expectClose('generated: padding', `padded to ${step}`, (await logProbsOf([s], 1))[0], together[i], 2e-5)
        },
      ),
      { numRuns: 15 },
    )
    disposeWeights(policy.weights)
  })

  it('outputs are the same alone or together, in one batch or many, and their log-probabilities are the trainer’s', async () => {
    const policy = tinyPolicyHere()
    const prompt = fc.array(fc.integer({ min: 3, max: 31 }), { minLength: 1, maxLength: 12 })
    const sample = (prompts: number[][], sampler: Settings | fcOf<typeof restrictions>, s: Shape, first = 0) =>
      rollout({
        model: policy,
        prompts,
        groupSize: s.groupSize,
        maxTokens: s.maxTokens,
        eosIds: s.eosIds,
        sampler,
        random: (p, i) => randomAt(7, first + p, i),
        maxRows: s.maxRows,
      })
    const shape = fc.record({
      groupSize: fc.integer({ min: 1, max: 5 }),
      maxTokens: fc.integer({ min: 1, max: 36 }),
      maxRows: fc.integer({ min: 1, max: 20 }),
      // more ends make outputs leave the batch at more different times
      eosIds: fc.constantFrom([2], [2, 9, 13], [31]),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(prompt, { minLength: 1, maxLength: 6 }),
        restrictions,
        shape,
        async (prompts, sampler, s) => {
          const together = await sample(prompts, sampler, { ...s, maxRows: 512 })
          const batches = await sample(prompts, sampler, s)
          expect(batches.flat().map((o) => o.ids)).toEqual(together.flat().map((o) => o.ids))
          for (const [i, p] of prompts.entries()) {
            const [alone] = await sample([p], sampler, s, i)
            expect(alone.map((o) => [o.ids, o.finished])).toEqual(together[i].map((o) => [o.ids, o.finished]))
          }
          for (const output of together.flat()) {
            const { batch, logProbs } = scoped(() => {
              const batch = batchOf([output])
              return { batch, logProbs: nextTokenLogProbs(policy, batch, sampler.temperature) }
            })
            const from = output.promptIds.length - 1
            const trainer = (await logProbs.data()).subarray(from, from + output.ids.length)
            for (const [t, x] of output.logProbs.entries()) expect(Math.abs(x - trainer[t])).toBeLessThan(5e-5)
            tf.dispose([logProbs, batch.ids, batch.targets, batch.mask])
          }
        },
      ),
      { numRuns: 12 },
    )
    disposeWeights(policy.weights)
  })
})

describe('the passes of a mini-batch', () => {
  const episode = fc.record({
    promptIds: fc.array(fc.constant(5), { minLength: 1, maxLength: 9 }),
    ids: fc.array(fc.constant(7), { minLength: 1, maxLength: 60 }),
    advantage: fc.constantFrom(0, 0, 1),
    finished: fc.boolean(),
  }) as unknown as fc.Arbitrary<Episode>

  it('hold every output that counts once, all with a gradient backward, and others there only in place of empty rows', () => {
    fc.assert(
      fc.property(
        fc.array(episode, { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        fc.constantFrom(0, 0.1),
        fc.constantFrom(0, 0.1),
        (mini, maskTruncated, beta, entropyCoefficient) => {
          const settings = { ...testSettings, maskTruncated, beta, entropyCoefficient, microBatchTokens: 512 }
          const passes = passesOf(mini, settings)
          const counted = mini.filter((e) => e.finished || !maskTruncated)
          const gone = passes.flatMap((p) => p.episodes)
          expect(new Set(gone)).toEqual(new Set(counted))
          expect(gone).toHaveLength(counted.length)
          const teaches = (e: Episode) => beta !== 0 || entropyCoefficient !== 0 || e.advantage !== 0
          for (const { episodes, backward } of passes) {
            expect(episodes.some(teaches)).toBe(backward)
            const idle = episodes.filter((e) => !teaches(e)).length
            if (backward) expect(paddedRows(episodes.length)).toBe(paddedRows(episodes.length - idle))
            const longest = Math.max(...episodes.map(sizeOf))
            expect(sizeOf(episodes[0])).toBe(longest)
          }
        },
      ),
    )
  })
})

type fcOf<T> = T extends fc.Arbitrary<infer V> ? V : never
interface Shape {
  groupSize: number
  maxTokens: number
  maxRows: number
  eosIds: readonly number[]
}

/** What f makes besides what it returns is disposed. */
function scoped<T>(f: () => T): T {
  return tf.tidy(f as never) as T
}

describe('generated runs', () => {
  const settings = fc.record({
    lossType: fc.constantFrom(...lossTypes),
    scaleRewards: fc.constantFrom(...rewardScales),
    miniBatches: fc.integer({ min: 1, max: 3 }),
    innerEpochs: fc.integer({ min: 1, max: 2 }),
    dynamicSampling: fc.integer({ min: 1, max: 4 }),
    refreshReferenceEvery: fc.integer({ min: 0, max: 2 }),
    referenceMixture: fc.constantFrom(1, 0.4),
    topK: fc.constantFrom(0, 12),
    topP: fc.constantFrom(1, 0.9),
    repetitionPenalty: fc.constantFrom(1, 1.2),
    maskTruncated: fc.boolean(),
    beta: fc.constantFrom(0, 0.05),
  })
  const steered = fc.record({
    after: fc.integer({ min: 1, max: 4 }),
    changes: fc.constantFrom(
      { temperature: 1.2 },
      { dynamicSampling: 2, groupSize: 3 },
      { referenceMixture: 0.5, minP: 0.1 },
    ),
  })
  const alertsOf = (t: Transcript) => t.of('alert').map(({ alert }) => ({ ...alert, at: '' }))

  it('of one seed are the same, whatever was paused, steered, checkpointed and resumed', async () => {
    await fc.assert(
      fc.asyncProperty(
        settings,
        steered,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        async (chosen, { after, changes }, cut, pauseAfter, firstStage) => {
          const stages = [firstStage, 5 - firstStage].map((steps, i) => ({ kind: 'grpo', name: `stage ${i}`, steps }))
          const recipe = smallRecipe({ checkpointEvery: 1, evalEvery: 3, settings: chosen, stages })
          const whole = await run(recipe, {
            react(message, command) {
              if (message.type === 'step' && message.report.step === after) command({ kind: 'set', changes })
            },
          })
          const resumed = await run(recipe, {
            folder: whole.folder,
            checkpoint: `checkpoints/step-00000${cut}`,
            replay: whole.replayAfter(cut),
            react(message, command) {
              if (message.type === 'step' && message.report.step === pauseAfter) command({ kind: 'pause' })
              if (message.type === 'paused') command({ kind: message.step % 2 ? 'resume' : 'step' })
            },
          })
          expect(resumed.course).toEqual(whole.course.slice(cut))
          expect(alertsOf(resumed)).toEqual(alertsOf(whole).filter((a) => a.step > cut))
          const later = whole.of('evaluation').filter((m) => m.report.step > cut).length
          expect(resumed.evaluations).toEqual(whole.evaluations.slice(-later))
        },
      ),
      { numRuns: 6 },
    )
  })
})
