/** The losses against their definitions (support/definitions.ts) on generated batches, and what must not matter to them. */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultSettings, lossTypes } from '../../src-main/contract/settings.ts'
import { entropyShares, topEntropy } from '../../src-main/engine/grpo/entropy.ts'
import { grpoLoss, type LossInputs } from '../../src-main/engine/grpo/loss.ts'
import { tokenWeights } from '../../src-main/engine/grpo/losses/table.ts'
import { type LossType, type Objective, objectiveOf } from '../../src-main/engine/grpo/objective.ts'
import { lossStatistics, statisticNames } from '../../src-main/engine/grpo/statistics.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose, expectSmall, showWorst } from './support/compare.ts'
import { type Batch, distanceToKink, gradientOf, lossDefinition } from './support/definitions.ts'

afterAll(showWorst)

/** Evenly: fc.double would draw its exponents so, and nearly all of its numbers are next to 0. */
const between = (min: number, max: number) =>
  fc.integer({ min: 0, max: 10_000 }).map((n) => min + ((max - min) * n) / 10_000)
const table = <T>(one: fc.Arbitrary<T>, rows: number, length: number) =>
  fc.array(fc.array(one, { minLength: length, maxLength: length }), { minLength: rows, maxLength: rows })

/** Rows of some tokens each, some of none; new, old and reference log-probabilities that are apart enough for everything to act. */
const batches: fc.Arbitrary<Batch> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 6 }))
  .chain(([rows, length]) =>
    fc
      .record({
        logp: table(between(-3, -0.05), rows, length),
        entropy: table(between(0, 3), rows, length),
        toOld: table(between(-0.7, 0.7), rows, length),
        toReference: table(between(-0.7, 0.7), rows, length),
        mask: table(fc.constantFrom(0, 1, 1, 1), rows, length),
        kept: table(fc.constantFrom(0, 1, 1), rows, length),
        advantages: fc.array(fc.oneof(fc.constant(0), between(-2, 2)), { minLength: rows, maxLength: rows }),
        maxCompletionTokens: fc.integer({ min: length, max: 9 }),
        entropyCoefficient: fc.constantFrom(0, 0.05),
      })
      .map(({ toOld, toReference, ...rest }) => ({
        ...rest,
        old: rest.logp.map((row, r) => row.map((x, t) => x + toOld[r][t])),
        reference: rest.logp.map((row, r) => row.map((x, t) => x + toReference[r][t])),
      })),
  )

const objectives = (lossType: LossType): fc.Arbitrary<Objective> =>
  fc
    .record({
      importanceSampling: fc.constantFrom('token', 'sequence'),
      beta: fc.constantFrom(0, 0.1),
      klEstimator: fc.constantFrom('k1', 'k2', 'k3'),
      klTimesRatio: fc.boolean(),
      epsilonLow: between(0.05, 0.4),
      epsilonHigh: between(0.05, 0.4),
      delta: fc.constantFrom(0, 1.5),
      cispoMaxRatio: between(0.8, 2),
      offPolicyThreshold: fc.constantFrom(0, 0.1),
      vespoKPositive: between(0, 3),
      vespoLambdaNegative: between(0.5, 3),
      sapoTemperatureNegative: between(0.5, 3),
    })
    .map((o) => ({ ...objectiveOf(defaultSettings), ...o, lossType }) as Objective)

/** As an update prepares them. */
function inputsOf(batch: Batch, objective: Objective): LossInputs {
  const lengths = batch.mask.map((row) => row.reduce((a, b) => a + b, 0))
  const weights = tokenWeights(objective.lossType, lengths, batch.maxCompletionTokens)
  const kept = batch.mask.map((row, r) => row.map((m, t) => m * batch.kept[r][t]))
  const shares = entropyShares(objective.lossType, batch.entropyCoefficient, kept, lengths)
  return {
    old: tf.tensor2d(batch.old),
    reference: tf.tensor2d(batch.reference),
    advantages: tf.tensor2d(batch.advantages, [lengths.length, 1]),
    mask: tf.tensor2d(batch.mask),
    weights: tf.tensor2d(weights, [lengths.length, 1]),
    kept: tf.tensor2d(batch.kept),
    entropyShares: tf.tensor2d(shares),
  }
}

/** Value and both gradients, the tensors of the caller's scope. */
function computed(batch: Batch, objective: Objective) {
  const inputs = inputsOf(batch, objective)
  const { value, grads } = tf.valueAndGrads((logProbs: Tensor, entropies: Tensor) =>
    grpoLoss({ logProbs: logProbs as Tensor2D, entropies: entropies as Tensor2D }, inputs, objective),
  )([tf.tensor2d(batch.logp), tf.tensor2d(batch.entropy)])
  return { loss: value, byLogProb: grads[0], byEntropy: grads[1] }
}

/** Outputs of both signs cancel out: what is left of the sum has the rounding of its terms, which are of the size of 1 a row. */
function expectLoss(kind: string, lossType: LossType, found: Tensor, expected: number): void {
  const size = lossType === 'luspo' ? 2 : 0.3
  const error = Math.abs(found.dataSync()[0] - expected) / Math.max(Math.abs(expected), size)
  expectSmall({ kind, where: lossType, error })
}

onEachBackend('a loss', () => {
  it.each(lossTypes)('%s: is its definition, and its gradient that of the definition', (lossType) => {
    fc.assert(
      fc.property(batches, objectives(lossType), (batch, objective) => {
        fc.pre(distanceToKink(batch, objective) > 1e-3)
        tf.tidy(() => {
          const { loss, byLogProb, byEntropy } = computed(batch, objective)
          expectLoss(`${lossType}: loss`, lossType, loss, lossDefinition(batch, objective))
          const expected = gradientOf(batch, objective, 'logp')
          expectClose(`${lossType}: gradient by log-probabilities`, lossType, byLogProb, expected.flat())
          expectClose(
            `${lossType}: gradient by entropies`,
            lossType,
            byEntropy,
            gradientOf(batch, objective, 'entropy').flat(),
          )
        })
      }),
      { numRuns: 60 },
    )
  })

  it.each(lossTypes)('%s: does not see padding, whatever is in it', (lossType) => {
    fc.assert(
      fc.property(batches, objectives(lossType), fc.integer({ min: 1, max: 3 }), (batch, objective, more) => {
        const wider = (rows: number[][], with_: number) => rows.map((row) => [...row, ...new Array(more).fill(with_)])
        const padded: Batch = {
          ...batch,
          logp: wider(batch.logp, -300),
          old: wider(batch.old, 0),
          reference: wider(batch.reference, 0),
          entropy: wider(batch.entropy, 40),
          mask: wider(batch.mask, 0),
          kept: wider(batch.kept, 1),
        }
        tf.tidy(() => {
          const [plain, found] = [computed(batch, objective), computed(padded, objective)]
          expectLoss('padding: loss', lossType, found.loss, plain.loss.dataSync()[0])
          for (const name of ['byLogProb', 'byEntropy'] as const) {
            const expected = wider(plain[name].arraySync() as number[][], 0)
            expectClose('padding: gradients', lossType, found[name], expected.flat())
          }
        })
      }),
      { numRuns: 20 },
    )
  })

  it.each(lossTypes)('%s: of nothing that counts is zero, and no NaN', (lossType) => {
    fc.assert(
      fc.property(batches, objectives(lossType), (batch, objective) => {
        const nothing = { ...batch, mask: batch.mask.map((row) => row.map(() => 0)) }
        tf.tidy(() => {
          const { loss, byLogProb, byEntropy } = computed(nothing, objective)
          for (const t of [loss, byLogProb, byEntropy]) expect([...t.dataSync()].every((x) => x === 0)).toBe(true)
          const forward = { logProbs: tf.tensor2d(nothing.logp), entropies: tf.tensor2d(nothing.entropy) }
          const statistics = lossStatistics(forward, inputsOf(nothing, objective), objective)
          for (const name of statisticNames.filter((n) => n !== 'lowMin'))
            expect(Math.abs(statistics[name].dataSync()[0]), name).toBe(0)
        })
      }),
      { numRuns: 10 },
    )
  })

  it('is not disturbed by what the policy says of prompts, however far it is from the reference there', () => {
    const objective: Objective = { ...objectiveOf(defaultSettings), beta: 0.1 }
    tf.tidy(() => {
      const inputs = {
        mask: tf.tensor2d([[0, 1]]),
        old: tf.tensor2d([[0, -1]]),
        reference: tf.tensor2d([[-1, -1]]),
        advantages: tf.tensor2d([[1]]),
        weights: tf.tensor2d([[1]]),
      }
      const entropies = tf.tensor2d([[1, 1]])
      const logProbs = tf.tensor2d([[-500, -1]])
      const { value, grad } = tf.valueAndGrad((x: Tensor) =>
        grpoLoss({ logProbs: x as Tensor2D, entropies }, inputs, objective),
      )(logProbs)
      expect([...value.dataSync()]).toEqual([-1])
      expect([...grad.dataSync()]).toEqual([0, -1])
      expect(lossStatistics({ logProbs, entropies }, inputs, objective).kl.dataSync()[0]).toBe(0)
    })
  })
})

describe('token weights', () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 12 })

  it('make the loss a mean: over rows, over tokens, over the room for tokens; or a mean of sums', () => {
    fc.assert(
      fc.property(lengths, (n) => {
        const sum = (type: LossType) => tokenWeights(type, n, 40).reduce((total, w, i) => total + w * n[i], 0)
        const tokens = n.reduce((a, b) => a + b, 0)
        for (const type of ['grpo', 'sapo'] as const)
          expect(sum(type)).toBeCloseTo(n.filter((x) => x > 0).length / n.length, 12)
        for (const type of ['bnpo', 'dapo', 'cispo', 'vespo'] as const)
          expect(sum(type)).toBeCloseTo(tokens > 0 ? 1 : 0, 12)
        expect(sum('dr_grpo')).toBeCloseTo(tokens / (n.length * 40), 12)
        expect(sum('luspo')).toBeCloseTo(tokens / n.length, 12)
      }),
    )
  })
})

describe('top entropy', () => {
  const rows = fc.array(
    fc.array(
      fc.integer({ min: 0, max: 50 }).map((n) => n / 10),
      { maxLength: 8 },
    ),
    { minLength: 1, maxLength: 5 },
  )

  it('keeps the share of the tokens that is asked for, and none below one that is left out', () => {
    fc.assert(
      fc.property(rows, between(0.01, 1), (entropies, share) => {
        const marks = topEntropy(entropies, share)
        expect(marks.map((row) => row.length)).toEqual(entropies.map((row) => row.length))
        const [all, kept] = [entropies.flat(), marks.flat()]
        const chosen = all.filter((_, i) => kept[i] === 1)
        const left = all.filter((_, i) => kept[i] === 0)
        if (all.length > 0) expect(Math.min(...chosen)).toBeGreaterThan(Math.max(-1, ...left))
        // ties may add to it, and the quantile lies between two tokens
        expect(chosen.length).toBeGreaterThanOrEqual(Math.floor((all.length - 1) * share))
        if (new Set(all).size === all.length)
          expect(chosen.length).toBeLessThanOrEqual(Math.floor((all.length - 1) * share) + 1)
      }),
    )
  })
})
