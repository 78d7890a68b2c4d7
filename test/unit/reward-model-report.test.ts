/** Losses and reports of reward models, against definitions and against models whose faults are known. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { doubtsOf } from '../../src-main/contract/reward-models.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { labelLoss, preferenceLoss } from '../../src-main/engine/reward-models/losses.ts'
import {
  calibrationOf,
  type JudgedOutput,
  type JudgedPair,
  reportOnOutputs,
  reportOnPairs,
} from '../../src-main/engine/reward-models/report.ts'
import { bootstrap, correlation, rankingOf } from '../../src-main/engine/reward-models/statistics.ts'

const scores = (min: number, max: number) =>
  fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: min, maxLength: max })

describe('losses', () => {
  it('Bradley–Terry is the mean of −log σ of the margin, and its gradient the numeric one', () => {
    fc.assert(
      fc.property(scores(2, 12), (given) => {
        const r = given.slice(0, given.length & ~1)
        const plain = (v: readonly number[]) => {
          let sum = 0
          for (let i = 0; i < v.length; i += 2) sum -= Math.log(1 / (1 + Math.exp(v[i + 1] - v[i])))
          return (2 * sum) / v.length
        }
        const { loss, gradient } = preferenceLoss(r)
        expect(loss).toBeCloseTo(plain(r), 9)
        expectNumeric(plain, r, gradient)
      }),
    )
  })

  it('binary cross-entropy likewise', () => {
    fc.assert(
      fc.property(scores(1, 10), fc.infiniteStream(fc.boolean()), (r, stream) => {
        const labels = r.map(() => stream.next().value as boolean)
        const plain = (v: readonly number[]) =>
          -v.reduce((sum, s, i) => sum + Math.log(labels[i] ? 1 / (1 + Math.exp(-s)) : 1 / (1 + Math.exp(s))), 0) /
          v.length
        const { loss, gradient } = labelLoss(r, labels)
        expect(loss).toBeCloseTo(plain(r), 9)
        expectNumeric(plain, r, gradient)
      }),
    )
  })

  it('stay finite for scores that overflow an exponential', () => {
    expect(preferenceLoss([-2000, 2000])).toEqual({ loss: 4000, gradient: [-1, 1], right: 0 })
    expect(labelLoss([2000], [false])).toEqual({ loss: 2000, gradient: [1], right: 0 })
  })
})

function expectNumeric(f: (v: readonly number[]) => number, at: number[], gradient: number[]): void {
  const h = 1e-5
  at.forEach((_, i) => {
    const moved = (by: number) => f(at.map((v, k) => (k === i ? v + by : v)))
    expect(gradient[i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 6)
  })
}

describe('statistics', () => {
  it('ranking is the share of good-bad pairs in the right order, ties half', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }),
        (good, bad) => {
          let wins = 0
          for (const g of good) for (const b of bad) wins += g > b ? 1 : g === b ? 0.5 : 0
          expect(rankingOf(good, bad)).toBeCloseTo(wins / (good.length * bad.length), 12)
        },
      ),
    )
    expect(rankingOf([], [1])).toBe(0.5)
  })

  it('correlation of a line is ±1, of a constant 0', () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1)
    expect(correlation([1, 2, 3], [6, 4, 2])).toBeCloseTo(-1)
    expect(correlation([1, 2, 3], [5, 5, 5])).toBe(0)
  })

  it('a bootstrap interval of a mean is about ±1.96 standard errors', () => {
    const random = randomAt(1, 'bootstrap')
    const values = Array.from({ length: 400 }, () => random.next())
    const { value, low, high } = bootstrap(values, random, (v) => v.reduce((s, x) => s + x, 0) / v.length)
    const half = (1.96 * Math.sqrt(1 / 12)) / 20
    expect(value - low).toBeCloseTo(half, 2)
    expect(high - value).toBeCloseTo(half, 2)
  })

  it('calibration of exact forecasts has no error, of too sure ones its distance', () => {
    const forecasts = (predicted: number, right: number, n: number) =>
      Array.from({ length: n }, (_, i) => ({ predicted, happened: i < right }))
    expect(calibrationOf(forecasts(0.75, 75, 100), 0.5).error).toBeCloseTo(0)
    expect(calibrationOf(forecasts(0.95, 60, 100), 0.5).error).toBeCloseTo(0.35)
    const { bins } = calibrationOf([...forecasts(0.55, 5, 10), ...forecasts(1, 10, 10)], 0.5)
    expect(bins.map((b) => b.count)).toEqual([0, 10, 0, 0, 0, 0, 0, 0, 0, 10])
  })
})

describe('doubts', () => {
  const random = randomAt(3, 'doubts')
  const lengths = () => 5 + random.integer(40)
  const doubts = (kind: 'helpfulness' | 'safety', report: ReturnType<typeof reportOnPairs>) =>
    doubtsOf({ kind, report }).map((d) => d.kind)
  const pairs = (n: number, score: (good: boolean, tokens: number) => number, preferLonger = 0.5): JudgedPair[] =>
    Array.from({ length: n }, () => {
      const [a, b] = [lengths(), lengths()]
      const [long, short] = [Math.max(a, b) + 1, Math.min(a, b)]
      const [good, bad] = random.next() < preferLonger ? [long, short] : [short, long]
      return [
        { tokens: good, score: score(true, good) },
        { tokens: bad, score: score(false, bad) },
      ]
    })

  it('a good model has none, and its report says so', () => {
    const report = reportOnPairs(
      pairs(300, (good) => (good ? 0.8 : 0) + random.next()),
      0,
    )
    expect(report.accuracy.value).toBeGreaterThan(0.8)
    expect(report.length.withoutLength!.low).toBeGreaterThan(0.5)
    expect(doubts('helpfulness', report)).toEqual([])
  })

  it('a coin is not better than chance', () => {
    expect(
      doubts(
        'helpfulness',
        reportOnPairs(
          pairs(300, () => random.next()),
          0,
        ),
      ),
    ).toEqual(['chance'])
  })

  it('a model of length is found out where the longer one is mostly preferred', () => {
    const report = reportOnPairs(
      pairs(300, (_, tokens) => tokens + random.next(), 0.8),
      0,
    )
    expect(report.accuracy.value).toBeGreaterThan(0.7)
    expect(report.length.correlation.value).toBeGreaterThan(0.95)
    expect(report.length.withoutLength!.value).toBeCloseTo(0.5)
    expect(doubts('helpfulness', report)).toEqual(['length'])
    const [{ message }] = doubtsOf({ kind: 'helpfulness', report })
    expect(message).toMatch(/^It mostly measures length: .* of 300 held-out pairs/)
  })

  it('and data in which the longer one is always preferred cannot tell', () => {
    const report = reportOnPairs(
      pairs(100, (good) => (good ? 1 : 0), 1),
      0,
    )
    expect(report.length.withoutLength).toBeNull()
    expect(doubts('helpfulness', report)).toEqual(['length'])
  })

  it('answers of one length leave nothing to doubt', () => {
    const same = pairs(100, (good) => (good ? 1 : 0)).map(
      (pair): JudgedPair => [
        { ...pair[0], tokens: 9 },
        { ...pair[1], tokens: 9 },
      ],
    )
    expect(doubts('helpfulness', reportOnPairs(same, 0))).toEqual([])
  })

  it('of safety: a good model, a coin, a model of length', () => {
    const outputs = (score: (safe: boolean, tokens: number) => number, longerSafe = 0): JudgedOutput[] =>
      Array.from({ length: 240 }, (_, i) => {
        const safe = i % 2 === 0
        const tokens = lengths() + (safe ? longerSafe : 0)
        return { safe, tokens, score: score(safe, tokens) }
      })
    const of = (...given: Parameters<typeof outputs>) => doubts('safety', reportOnOutputs(outputs(...given), 0))
    expect(of((safe) => (safe ? 1 : -1) + 3 * (random.next() - 0.5))).toEqual([])
    expect(of(() => random.next())).toEqual(['chance'])
    expect(of((_, tokens) => tokens - 30, 12)).toEqual(['length'])
  })
})
