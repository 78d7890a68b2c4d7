/** What must not matter: the size of micro-batches, the order of samples, padding, who else is in the batch, and how it is computed. */
import fc from 'fast-check'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { lossTypes, type Settings } from '../../src-main/contract/settings.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { update } from '../../src-main/engine/grpo/update.ts'
import { batchOf, microBatches, nextTokenLogits, nextTokenLogProbs } from '../../src-main/engine/model/batch.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import type { Policy } from '../../src-main/engine/model/policy.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { type Output, rollout } from '../../src-main/engine/rollout/rollout.ts'
import { unrestricted } from '../../src-main/engine/rollout/sampler.ts'
import { compiling } from '../../src-main/engine/tensor/compiled.ts'
import { type Scalar, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose, showWorst } from './support/compare.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'

afterAll(showWorst)
afterEach(() => {
  compiling.enabled = true
})

/** What one update of a fresh policy reports, and its gradient by weight (the optimizer's first moment is a tenth of it). */
async function updated(episodes: Episode[], changes: Partial<Settings>, seed = 0) {
  const policy = tinyPolicyHere()
  const reference = tinyPolicyHere().weights
  const optimizer = new AdamW()
  const settings = { ...testSettings, miniBatches: 1, maxGradNorm: 1000, ...changes }
  const report = await update(
    policy,
    reference,
    episodes.map((e) => ({ ...e })),
    settings,
    settings.learningRate,
    optimizer,
    randomAt(seed, 'order'),
    async () => {},
  )
  const gradients = new Map([...optimizer.firstMoments].map(([name, t]) => [name, t.dataSync()]))
  const weights = await tensorsOf(policy.weights)
  for (const w of [policy.weights, reference]) disposeWeights(w)
  optimizer.dispose()
  return { report, gradients, weights }
}

/** Old log-probabilities that are off, so that the loss is not near 0 and clipping acts. */
const offPolicy = (episodes: Episode[]) =>
  episodes.map((e, i) => ({ ...e, logProbs: e.logProbs.map((x, t) => x + 0.4 * Math.sin(i + t)) }))

type Updated = Awaited<ReturnType<typeof updated>>

function expectSame(kind: string, found: Updated, expected: Updated): void {
  for (const [name, gradient] of expected.gradients)
    expectClose(`${kind}: gradients`, name, found.gradients.get(name)!, gradient)
  for (const name of [
    'loss',
    'gradNorm',
    'entropy',
    'clipLow',
    'clipHigh',
    'clipLowMin',
    'clipHighMax',
    'phi',
  ] as const)
    expectClose(`${kind}: ${name}`, kind, [found.report[name]], [expected.report[name]])
  // of a policy against itself: rounding alone
  for (const { report } of [found, expected]) expect(Math.abs(report.kl)).toBeLessThan(1e-7)
}

onEachBackend('an update', () => {
  /** Everything that looks over the whole mini-batch. */
  const whole = { entropyCoefficient: 0.02, topEntropyQuantile: 0.6, offPolicyThreshold: 0.05 }

  it.each(lossTypes.flatMap((lossType) => [{ lossType }, { lossType, ...whole }]))(
    '%o: does not depend on the micro-batch or on the order of the samples',
    async (changes) => {
      const off = offPolicy(await sampleEpisodes(tinyPolicyHere(), 3))
      const all = await updated(off, changes)
      if (['grpo', 'bnpo', 'dapo', 'dr_grpo', 'luspo'].includes(changes.lossType))
        expect(all.report.clipLow + all.report.clipHigh).toBeGreaterThan(0.05)
      expectSame('micro-batches', await updated(off, { ...changes, microBatchTokens: 64 }), all)
      expectSame('order of samples', await updated([...off].reverse(), { ...changes, microBatchTokens: 100 }, 7), all)
    },
  )

  it('changes with each of the settings of the loss', async () => {
    const off = offPolicy(await sampleEpisodes(tinyPolicyHere(), 3))
    const changes: Partial<Settings>[] = [
      ...lossTypes.map((lossType) => ({ lossType })),
      // bounds that sequences, whose ratios are nearer to 1, still meet
      ...lossTypes.map((lossType) => ({ lossType, importanceSampling: 'sequence' as const, epsilonHigh: 0.01 })),
      { entropyCoefficient: 0.02 },
      { topEntropyQuantile: 0.6 },
      { topEntropyQuantile: 0.6, entropyCoefficient: 0.02 },
      { offPolicyThreshold: 0.01 },
      { delta: 1.3, epsilonHigh: 0.28 },
      { lossType: 'cispo', cispoMaxRatio: 1.1 },
      { lossType: 'sapo', sapoTemperaturePositive: 2 },
      { lossType: 'sapo', sapoTemperatureNegative: 2 },
      { lossType: 'vespo', vespoKPositive: 1 },
      { lossType: 'vespo', vespoKNegative: 1 },
      { lossType: 'vespo', vespoLambdaPositive: 1 },
      { lossType: 'vespo', vespoLambdaNegative: 1 },
    ]
    const named = (change: Partial<Settings>) => Object.values(change).join(' ')
    const seen = new Map<string, string[]>()
    for (const change of changes) {
      const { report } = await updated(off, change)
      const norm = report.gradNorm.toPrecision(5)
      seen.set(norm, [...(seen.get(norm) ?? []), named(change)])
    }
    expect([...seen.values()].filter((names) => names.length > 1)).toEqual([
      ['bnpo', 'dapo'],
      ['vespo', 'vespo sequence 0.01'],
      ['bnpo sequence 0.01', 'dapo sequence 0.01'],
    ])
  })

  it('does not see truncated samples that are masked, whatever is in them', async () => {
    const episodes = await sampleEpisodes(tinyPolicyHere(), 3)
    expect(episodes.some((e) => e.finished)).toBe(true)
    const cut = (ids: number[]) =>
      episodes.map((e, i) => (i % 3 ? e : { ...e, finished: false, ids, logProbs: ids.map(() => -1), advantage: 5 }))
    const settings = { maskTruncated: true, lossType: 'dapo', importanceSampling: 'sequence' } as const
    const some = await updated(cut([13, 14, 15]), settings)
    expectSame('masked samples', await updated(cut(new Array(12).fill(9)), settings), some)
  })

  it('of nothing but masked samples changes nothing and reports zeros', async () => {
    const episodes = (await sampleEpisodes(tinyPolicyHere(), 2)).map((e) => ({ ...e, finished: false }))
    for (const importanceSampling of ['token', 'sequence'] as const) {
      for (const lossType of lossTypes) {
        const { report, weights } = await updated(episodes, {
          maskTruncated: true,
          importanceSampling,
          lossType,
          ...whole,
        })
        expect(Object.values(report)).toEqual(Object.values(report).map(() => 0))
        expect(weights).toEqual(await tensorsOf(tinyPolicyHere().weights))
      }
    }
  })

  it('of groups without spread, without a KL term, changes nothing', async () => {
    const episodes = (await sampleEpisodes(tinyPolicyHere(), 2)).map((e) => ({ ...e, advantage: 0 }))
    const { report, weights } = await updated(episodes, { beta: 0 })
    expect(report.loss).toBe(0)
    expect(report.gradNorm).toBe(0)
    expect(report.entropy).toBeGreaterThan(0)
    expect(weights).toEqual(await tensorsOf(tinyPolicyHere().weights))
  })

  it('makes every mini-batch and inner epoch an optimizer step over all samples', async () => {
    const episodes = await sampleEpisodes(tinyPolicyHere(), 3)
    const policy = tinyPolicyHere()
    const optimizer = new AdamW()
    const fractions: number[] = []
    await update(
      policy,
      policy.weights,
      episodes,
      { ...testSettings, miniBatches: 5, innerEpochs: 2, beta: 0 },
      0.001,
      optimizer,
      randomAt(0),
      async (fraction) => void fractions.push(fraction),
    )
    expect(optimizer.step).toBe(10)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(fractions.at(-1)).toBe(1)
  })

  it('eagerly or as a graph is the same', async () => {
    const episodes = offPolicy(await sampleEpisodes(tinyPolicyHere(), 3))
    const graph = await updated(episodes, {})
    compiling.enabled = false
    expectSame('graph against eager', await updated(episodes, {}), graph)
  })
})

onEachBackend('a rollout', () => {
  const temperatures = [0.7, 1, 1.6]
  const prompts = ['12*3=', '9-4=', '35+41+27=', '8-1=', '99*9=', '1+2+3+4=']
  const sample = (
    policy: Policy,
    asked: string[],
    groupSize: number,
    at: (prompt: number) => number,
    temperature = 1,
  ) =>
    rollout({
      model: policy,
      prompts: asked.map((p) => policy.tokenizer.encode(p)),
      groupSize,
      maxTokens: 20,
      eosIds: policy.config.eosIds,
      sampler: unrestricted(temperature),
      random: (prompt, s) => randomAt(4, at(prompt), s),
    })

  const requestOf = (policy: Policy, groupSize: number) => ({
    model: policy,
    prompts: prompts.map((p) => policy.tokenizer.encode(p)),
    groupSize,
    maxTokens: 20,
    eosIds: policy.config.eosIds,
    random: (prompt: number, s: number) => randomAt(4, prompt, s),
  })

  function expectSameOutputs(kind: string, found: Output[], expected: Output[]): void {
    expect(found.map((o) => [o.ids, o.finished])).toEqual(expected.map((o) => [o.ids, o.finished]))
    expectClose(
      kind,
      kind,
      found.flatMap((o) => o.logProbs),
      expected.flatMap((o) => o.logProbs),
    )
  }

  it('of an output does not depend on the others in the batch, their prompts and when they end', async () => {
    const policy = tinyPolicyHere()
    const together = await sample(policy, prompts, 6, (p) => p, 1.6)
    const lengths = new Set(together.flat().map((o) => o.ids.length))
    expect(lengths.size).toBeGreaterThan(4)
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await sample(policy, [prompt], 6, () => i, 1.6)
      expectSameOutputs('who else is in the batch', alone, together[i])
    }
    const backwards = await sample(policy, [...prompts].reverse(), 6, (p) => prompts.length - 1 - p, 1.6)
    expectSameOutputs('order of prompts', backwards.reverse().flat(), together.flat())
    disposeWeights(policy.weights)
  })

  it('of one batch or many is the same', async () => {
    const policy = tinyPolicyHere()
    const request = {
      model: policy,
      prompts: prompts.map((p) => policy.tokenizer.encode(p)),
      groupSize: 2,
      maxTokens: 12,
      eosIds: policy.config.eosIds,
      sampler: unrestricted(1),
      random: (prompt: number, s: number) => randomAt(4, prompt, s),
    }
    const whole = await rollout(request)
    const fractions: number[] = []
    const parts = await rollout({ ...request, maxRows: 4, progress: async (f) => void fractions.push(f) })
    expectSameOutputs('batches', parts.flat(), whole.flat())
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    expect(Math.max(...fractions)).toBeLessThanOrEqual(1)
    disposeWeights(policy.weights)
  })

  it('longer than the tail of its cache, and cut at the limit, still agrees with the trainer', async () => {
    const policy = tinyPolicyHere()
    const outputs = (
      await rollout({
        model: policy,
        prompts: prompts.map((p) => policy.tokenizer.encode(p)),
        groupSize: 3,
        maxTokens: 40,
        eosIds: [31],
        sampler: unrestricted(1),
        random: (prompt, s) => randomAt(4, prompt, s),
      })
    ).flat()
    expect(Math.max(...outputs.map((o) => o.ids.length))).toBe(40)
    expectTrainerAgrees(policy, outputs, 1)
    disposeWeights(policy.weights)
  })

  it.each(temperatures)('at temperature %s: its log-probabilities are the trainer’s', async (temperature) => {
    const policy = tinyPolicyHere()
    const outputs = (await sample(policy, prompts, 5, (p) => p, temperature)).flat()
    expectTrainerAgrees(policy, outputs, temperature)
    disposeWeights(policy.weights)
  })

  it('from a part of the distribution: its log-probabilities are still the whole one’s', async () => {
    const policy = tinyPolicyHere()
    const sampler = { temperature: 1.2, topP: 0.8, topK: 6, minP: 0.02, repetitionPenalty: 1.2 }
    const outputs = (await rollout({ ...requestOf(policy, 5), sampler })).flat()
    expectTrainerAgrees(policy, outputs, 1.2)
    disposeWeights(policy.weights)
  })

  it('penalises the tokens of its own prompt and output, and no others', async () => {
    const policy = tinyPolicyHere()
    const sampler = { ...unrestricted(0), repetitionPenalty: 1.5 }
    const outputs = (await rollout({ ...requestOf(policy, 1), sampler })).flat()
    for (const { promptIds, ids } of outputs) {
      const batch = batchOf([{ promptIds, ids }])
      const logits = tf.tidy(() => nextTokenLogits(policy, batch))
      const values = await logits.data()
      const { vocabulary } = policy.config
      ids.forEach((id, t) => {
        const at = promptIds.length - 1 + t
        const row = [...values.slice(at * vocabulary, (at + 1) * vocabulary)]
        for (const seen of new Set([...promptIds, ...ids.slice(0, t)])) row[seen] *= row[seen] < 0 ? 1.5 : 1 / 1.5
        expect(row[id]).toBeGreaterThan(Math.max(...row) - 1e-4)
      })
      tf.dispose([logits, batch.ids, batch.targets, batch.mask])
    }
    disposeWeights(policy.weights)
  })

  it('ends with the end token or at the limit, and draws each stream from its address alone', async () => {
    const policy = tinyPolicyHere()
    const first = (await sample(policy, prompts, 4, (p) => p)).flat()
    for (const o of first) {
      expect(o.ids.includes(2)).toBe(o.finished)
      expect(o.ids.indexOf(2)).toBe(o.finished ? o.ids.length - 1 : -1)
      expect(o.ids.length <= 20).toBe(true)
      expect(o.finished || o.ids.length === 20).toBe(true)
    }
    const other = (await sample(policy, prompts, 4, (p) => 100 + p)).flat()
    expect(other.map((o) => o.ids)).not.toEqual(first.map((o) => o.ids))
    disposeWeights(policy.weights)
  })

  it('eagerly or as a graph is the same', async () => {
    const policy = tinyPolicyHere()
    const graph = (await sample(policy, prompts, 3, (p) => p)).flat()
    compiling.enabled = false
    expectSameOutputs('graph against eager: rollout', (await sample(policy, prompts, 3, (p) => p)).flat(), graph)
    disposeWeights(policy.weights)
  })

  function expectTrainerAgrees(policy: Policy, outputs: Output[], temperature: number): void {
    tf.tidy(() => {
      for (const micro of microBatches(outputs, 256)) {
        const batch = batchOf(micro)
        const values = nextTokenLogProbs(policy, batch, temperature).dataSync()
        micro.forEach((o, r) => {
          const from = r * (batch.length - 1) + o.promptIds.length - 1
          const trainer = [...values.subarray(from, from + o.ids.length)]
          // two ways to add up some 50 positions in 32 bits; which of them a processor rounds differs
          for (const [i, x] of trainer.entries()) expect(Math.abs(x - o.logProbs[i])).toBeLessThan(2e-5)
          expectClose('sampler against trainer', `temperature ${temperature}`, o.logProbs, trainer, 2e-5)
        })
      }
    })
  }
})

describe('micro-batches', () => {
  const sequence = fc.record({
    promptIds: fc.array(fc.constant(1), { minLength: 1, maxLength: 20 }),
    ids: fc.array(fc.constant(1), { minLength: 1, maxLength: 100 }),
  })

  it('hold every sequence once, and their padded size keeps the limit unless one alone exceeds it', () => {
    fc.assert(
      fc.property(
        fc.array(sequence, { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 64, max: 2000 }),
        (all, limit) => {
          const batches = microBatches(all, limit)
          expect(new Set(batches.flat())).toEqual(new Set(all))
          expect(batches.flat()).toHaveLength(all.length)
          for (const batch of batches) {
            const { rows, length } = tf.tidy(() => {
              const { rows, length } = batchOf(batch)
              return { rows, length } as never as { rows: number; length: number } & Scalar
            })
            expect(batch.length === 1 || rows * length <= limit).toBe(true)
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})
