import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wilson } from '../../src-main/contract/wilson.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { consensus, kValues, mean, passAtK } from '../../src-main/evaluation/estimators.ts'
import { bootstrap, mcNemar, pairedDifference, signFlip } from '../../src-main/evaluation/intervals.ts'
import { reflectionsIn } from '../../src-main/evaluation/summary.ts'

describe('the interval of an accuracy', () => {
  it('ends where the accuracy would be 1.96 standard errors away, with the error of the end itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const successes = Math.round(share * n)
        const p = successes / n
        for (const end of wilson(successes, n)) {
          expect(end >= 0 && end <= 1).toBe(true)
          expect((p - end) ** 2).toBeCloseTo((1.959964 ** 2 * end * (1 - end)) / n, 9)
        }
        const [low, high] = wilson(successes, n)
        expect(low - 1e-12 <= p && p <= high + 1e-12).toBe(true)
      }),
    )
  })

  it('of none and of all of ten', () => {
    expect(wilson(0, 10)[0]).toBe(0)
    expect(wilson(0, 10)[1]).toBeCloseTo(0.27753, 4)
    expect(wilson(10, 10)[0]).toBeCloseTo(0.72247, 4)
    expect(wilson(10, 10)[1]).toBeCloseTo(1, 12)
  })
})

describe('reflections', () => {
  it.each([
    ['<think>75+73=149wait5+3=8:148;</think><answer>148</answer>', 1],
    ['<think>waitwaithmm</think>', 3],
    ['Wait, HMM', 2],
    ['<think>guess</think><answer>1</answer>', 0],
    ['', 0],
  ])('%s: %i', (text, count) => expect(reflectionsIn(text)).toBe(count))
})

/** All ways to choose k of the items. */
function* choices<T>(items: readonly T[], k: number): Generator<T[]> {
  if (k === 0) yield []
  for (let i = 0; i + k <= items.length && k > 0; i++)
    for (const rest of choices(items.slice(i + 1), k - 1)) yield [items[i], ...rest]
}

describe('pass@k', () => {
  it('is the share of all choices of k samples with a right one among them', () => {
    for (let n = 1; n <= 9; n++)
      for (let c = 0; c <= n; c++)
        for (let k = 1; k <= n; k++) {
          const samples = Array.from({ length: n }, (_, i) => i < c)
          const all = [...choices(samples, k)]
          expect(passAtK(n, c, k)).toBeCloseTo(all.filter((of) => of.includes(true)).length / all.length, 12)
        }
  })

  it('does not depend on how many samples were drawn: its mean is 1 − (1 − p)^k', () => {
    const [n, k, p] = [10, 4, 0.2]
    const random = randomAt(5, 'pass')
    const values = Array.from({ length: 20_000 }, () => {
      const c = Array.from({ length: n }, () => random.next()).filter((u) => u < p).length
      return passAtK(n, c, k)
    })
    expect(mean(values)).toBeCloseTo(1 - (1 - p) ** k, 1)
    expect(Math.abs(mean(values) - (1 - (1 - p) ** k))).toBeLessThan(0.01)
  })

  it('stays a probability where binomials overflow', () => {
    expect(passAtK(1024, 1, 512)).toBeCloseTo(0.5, 9)
    expect(passAtK(1024, 0, 1024)).toBe(0)
    expect(passAtK(1024, 1, 1024)).toBe(1)
  })

  it('is told of powers of two, and of all', () => {
    expect([1, 2, 6, 8].map(kValues)).toEqual([[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]])
  })
})

describe('cons@k', () => {
  it.each([
    ['most are right', [0, 0, 2, 0], [true, true, false, true], 1],
    ['most are wrong', [0, 1, 1, 1], [true, false, false, false], 0],
    ['as many right as wrong', [0, 1, 0, 1], [true, false, true, false], 0.5],
    ['one of three that lead', [0, 1, 2], [false, true, false], 1 / 3],
    ['no answer has no vote', [null, null, 2], [false, false, true], 1],
    ['none', [null, null], [false, false], 0],
  ])('%s', (_, votes, right, value) => expect(consensus(votes, right)).toBeCloseTo(value, 12))

  it('does not depend on the order of the samples', () => {
    const sample = fc.record({ vote: fc.option(fc.integer({ min: 0, max: 3 })), right: fc.boolean() })
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 12 }), fc.nat(), (samples, seed) => {
        const of = (all: typeof samples) =>
          consensus(
            all.map((s) => s.vote),
            all.map((s) => s.right),
          )
        expect(of(randomAt(seed, 'order').shuffle([...samples]))).toBeCloseTo(of(samples), 12)
      }),
    )
  })
})

/** How many of so many trials have the truth within their interval. */
const covered = (trials: number, trial: (seed: number) => { low: number; high: number }, truth: number) =>
  Array.from({ length: trials }, (_, seed) => trial(seed)).filter(({ low, high }) => low <= truth && truth <= high)
    .length / trials

describe('intervals by bootstrap', () => {
  it('hold the truth 19 times of 20, where prompts differ in how hard they are', () => {
    // each prompt has a p of its own, uniform, and 4 samples: the mean over prompts is 0.5
    const trial = (seed: number) => {
      const random = randomAt(seed, 'coverage')
      const row = Array.from({ length: 120 }, () => {
        const p = random.next()
        return mean(Array.from({ length: 4 }, () => Number(random.next() < p)))
      })
      return bootstrap([row], seed)[0]
    }
    const share = covered(300, trial, 0.5)
    // three standard errors of 300 trials
    expect(share).toBeGreaterThan(0.95 - 0.038)
    expect(share).toBeLessThan(0.95 + 0.038)
  })

  it('are Wilson’s where all prompts are alike, and the same for the same seed', () => {
    expect(bootstrap([Array(40).fill(1)])[0]).toEqual({ value: 1, low: wilson(40, 40)[0], high: wilson(40, 40)[1] })
    expect(bootstrap([[0.5]])[0]).toEqual({ value: 0.5, low: wilson(0.5, 1)[0], high: wilson(0.5, 1)[1] })
    expect(bootstrap([[17, 17]])[0]).toEqual({ value: 17, low: 17, high: 17 })
    const row = [0, 1, 1, 0.5, 0, 1]
    expect(bootstrap([row], 3)).toEqual(bootstrap([row], 3))
    expect(bootstrap([row, row], 3)[1]).toEqual(bootstrap([row], 3)[0])
  })

  it('of a difference, paired: much narrower than unpaired where both find the same prompts hard', () => {
    const random = randomAt(1, 'paired')
    const hard = Array.from({ length: 200 }, () => random.next())
    const after = hard.map((p) => Math.min(1, p + 0.05 * random.next()))
    const paired = pairedDifference(hard, after)
    const [before] = bootstrap([hard])
    expect(paired.high - paired.low).toBeLessThan((before.high - before.low) / 10)
    expect(paired.low).toBeGreaterThan(0)
    expect(covered(200, (seed) => pairedDifference(...noise(seed), seed), 0)).toBeGreaterThan(0.9)
  })
})

/** Two that are as good, on the same 100 prompts. */
function noise(seed: number): [number[], number[]] {
  const random = randomAt(seed, 'noise')
  const draw = () => Array.from({ length: 100 }, () => Number(random.next() < 0.5))
  return [draw(), draw()]
}

describe('tests of a paired difference', () => {
  it('McNemar’s is the sum of the binomial’s tails', () => {
    // 2 · P(X ≤ 2) of Binomial(12, ½) = 2 · (1 + 12 + 66) / 4096
    expect(mcNemar(10, 2)).toBeCloseTo((2 * 79) / 4096, 12)
    expect(mcNemar(2, 10)).toBe(mcNemar(10, 2))
    expect(mcNemar(0, 0)).toBe(1)
    expect(mcNemar(5, 5)).toBe(1)
    expect(mcNemar(2000, 1000)).toBeLessThan(1e-70)
  })

  it('chance signs agree with it where each prompt has one sample', () => {
    const differences = [...Array(10).fill(1), ...Array(2).fill(-1), ...Array(30).fill(0)]
    expect(Math.abs(signFlip(differences) - mcNemar(10, 2))).toBeLessThan(0.01)
    expect(signFlip([0, 0, 0])).toBe(1)
  })
})
