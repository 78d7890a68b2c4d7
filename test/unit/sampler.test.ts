import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomAt } from '../../src-main/engine/random.ts'
import { draw, type SamplerSettings, unrestricted } from '../../src-main/engine/rollout/sampler.ts'

const full = unrestricted(1)

interface TransformersCase {
  logits: number[]
  seen: number[]
  settings: SamplerSettings
  probabilities: number[]
}
/** Made by test/fixtures/make-sampling.py. */
const transformers = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/sampling.json'), 'utf8')) as {
  cases: TransformersCase[]
}
const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 40 })
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Softmax in float64. */
function probabilities(row: ArrayLike<number>, temperature: number): number[] {
  const peak = Math.max(...Array.from(row))
  const weights = Array.from(row, (x) => Math.exp((x - peak) / temperature))
  const total = weights.reduce((a, b) => a + b)
  return weights.map((w) => w / total)
}

/**
 * The same restrictions the slow way, one after another over the whole vocabulary, as transformers' processors are defined: scores below the
 * k-th go, then those that with all below them have at most 1 − p, then those under min-p times the greatest.
 * @returns each token's probability
 */
function restricted(row: ArrayLike<number>, s: SamplerSettings, seen: number[] = []): number[] {
  const scores = Float32Array.from(row)
  for (const id of new Set(seen)) {
    scores[id] = scores[id] < 0 ? scores[id] * s.repetitionPenalty : scores[id] / s.repetitionPenalty
  }
  let kept = [...scores]
  if (s.topK > 0) {
    const kth = [...scores].sort((a, b) => b - a)[Math.min(s.topK, scores.length) - 1]
    kept = kept.map((x) => (x < kth ? Number.NEGATIVE_INFINITY : x))
  }
  if (s.topP < 1) {
    const p = probabilities(kept, s.temperature)
    const ascending = kept.map((_, i) => i).sort((a, b) => kept[a] - kept[b] || b - a)
    let below = 0
    for (const i of ascending.slice(0, -1)) {
      below += p[i]
      if (below <= 1 - s.topP) kept[i] = Number.NEGATIVE_INFINITY
    }
  }
  const p = probabilities(kept, s.temperature)
  const most = Math.max(...p)
  return probabilities(
    kept.map((x, i) => (p[i] < s.minP * most ? Number.NEGATIVE_INFINITY : x)),
    s.temperature,
  )
}

function expectInverse(p: number[], token: number, u: number): void {
  const below = p.slice(0, token).reduce((a, b) => a + b, 0)
  expect(p[token]).toBeGreaterThan(0)
  expect(below).toBeLessThanOrEqual(u + 1e-9)
  expect(below + p[token]).toBeGreaterThanOrEqual(u - 1e-9)
}

const restriction = fc.record({
  temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
  topK: fc.integer({ min: 0, max: 45 }),
  topP: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 1, noNaN: true })),
  minP: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
  repetitionPenalty: fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 10, noNaN: true })),
})
/** Different values are so far apart that their weights differ too. */
const fine = fc.array(
  fc.integer({ min: -20_480, max: 20_480 }).map((x) => x / 1024),
  { minLength: 2, maxLength: 40 },
)
/** Few different values, so that many are equal. */
const coarse = fc.array(
  fc.integer({ min: -3, max: 3 }).map((x) => x / 2),
  { minLength: 2, maxLength: 40 },
)

const drawn = (row: number[], settings: Partial<SamplerSettings>, u: number) =>
  draw(Float32Array.from(row), 0, row.length, { ...full, ...settings }, u)

describe('a draw', () => {
  it('is the inverse of the cumulative distribution', () => {
    fc.assert(
      fc.property(logits, uniform, fc.double({ min: 0.05, max: 5, noNaN: true }), (row, u, temperature) => {
        const p = probabilities(Float32Array.from(row), temperature)
        const { token } = drawn(row, { temperature, topP: 1 }, u)
        const below = p.slice(0, token).reduce((a, b) => a + b, 0)
        expect(below).toBeLessThanOrEqual(u + 1e-9)
        expect(below + p[token]).toBeGreaterThanOrEqual(u - 1e-9)
      }),
    )
  })

  it('at the very end of the distribution is its last token, not its likeliest', () => {
    expect(drawn([0, 0, 1.156, 0, 0], { temperature: 0.238, topP: 1 }, 1 - 2 ** -52).token).toBe(4)
    expect(drawn([0, 0, 1.156, 0, -1e9], { temperature: 0.238, topP: 1 }, 1 - 2 ** -52).token).toBe(3)
  })

  it('tells the log-probability of its token under the whole distribution at that temperature', () => {
    fc.assert(
      fc.property(
        logits,
        uniform,
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (row, u, temperature, topP) => {
          const { token, logProb } = drawn(row, { temperature, topP }, u)
          const values = Float32Array.from(row)
          const peak = Math.max(...values)
          const total = values.reduce((sum, x) => sum + Math.exp((x - peak) / temperature), 0)
          expect(logProb).toBeCloseTo((values[token] - peak) / temperature - Math.log(total), 10)
        },
      ),
    )
  })

  it('has the frequencies of the distribution', () => {
    const row = [0, 1, 2, -1]
    const random = randomAt(3, 'frequencies')
    const counts = [0, 0, 0, 0]
    const n = 40_000
    for (let i = 0; i < n; i++) counts[drawn(row, { temperature: 1.5, topP: 1 }, random.next()).token]++
    for (const [i, p] of probabilities(row, 1.5).entries())
      expect(Math.abs(counts[i] / n - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / n))
  })

  it('at temperature 0 takes the most likely token, the first of equals, and its log-probability at temperature 1', () => {
    fc.assert(
      fc.property(logits, uniform, (row, u) => {
        const values = Float32Array.from(row)
        const { token, logProb } = drawn(row, { temperature: 0, topP: 1 }, u)
        expect(token).toBe(values.indexOf(Math.max(...values)))
        expect(logProb).toBeCloseTo(Math.log(probabilities(values, 1)[token]), 10)
      }),
    )
  })

  it('with top-p takes only the fewest most likely tokens that make it up', () => {
    fc.assert(
      fc.property(logits, uniform, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (row, u, topP) => {
        const p = probabilities(Float32Array.from(row), 1)
        const { token } = drawn(row, { temperature: 1, topP }, u)
        const likelier = p.filter((x) => x > p[token]).reduce((a, b) => a + b, 0)
        expect(likelier).toBeLessThan(topP + 1e-9)
      }),
    )
  })

  it('with top-p keeps their proportions', () => {
    const row = [Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)]
    const settings = { temperature: 1, topP: 0.75 }
    // 0.5 and 0.3 remain: 5/8 and 3/8
    expect([0, 0.6249, 0.6251, 0.999].map((u) => drawn(row, settings, u).token)).toEqual([0, 0, 1, 1])
  })

  it('with any restrictions together is one of the slow definition’s, its log-probability that of the whole distribution', () => {
    fc.assert(
      fc.property(
        fc.oneof(fine, coarse),
        uniform,
        restriction,
        fc.array(fc.nat(), { maxLength: 12 }),
        (row, u, settings, ids) => {
          const seen = ids.map((id) => id % row.length)
          const values = Float32Array.from(row)
          const halves = [seen.slice(0, 3), seen.slice(3)]
          const { token, logProb } = draw(values, 0, row.length, settings, u, halves)
          expectInverse(restricted(row, settings, seen), token, u)
          expect(logProb).toBeCloseTo(Math.log(probabilities(values, settings.temperature)[token]), 8)
          expect(values).toEqual(Float32Array.from(row))
        },
      ),
      { numRuns: 1000 },
    )
  })

  it('has the probabilities that transformers’ own processors leave, in the order that generate gives them', () => {
    expect(transformers.cases).toHaveLength(60)
    for (const { logits, seen, settings, probabilities: p } of transformers.cases) {
      const at = (u: number) => draw(Float32Array.from(logits), 0, logits.length, settings, u, [seen]).token
      let below = 0
      for (const [token, share] of p.entries()) {
        // to a millionth: transformers reckons in 32 bits
        if (share > 4e-6) expect([at(below + 1e-6), at(below + share - 1e-6)]).toEqual([token, token])
        below += share
      }
      for (let i = 0; i < 100; i++) expect(p[at(i / 100)]).toBeGreaterThan(0)
    }
  })

  it('of a large vocabulary is the slow definition’s too', () => {
    const random = randomAt(1, 'large')
    for (let round = 0; round < 40; round++) {
      const size = 2000 + random.integer(3000)
      const row = Array.from({ length: size }, () => 12 * (random.next() + random.next() + random.next()) - 18)
      const settings = {
        temperature: random.pick([0.3, 1, 3]),
        topK: random.pick([0, 1, 20, 400, size - 1, size]),
        topP: random.pick([1, 0.5, 0.95, 0.9999]),
        minP: random.pick([0, 0.001]),
        repetitionPenalty: random.pick([1, 1.3]),
      }
      const seen = Array.from({ length: 100 }, () => random.integer(size))
      const p = restricted(row, settings, seen)
      for (const u of [0, random.next(), random.next(), 1 - 2 ** -32])
        expectInverse(p, draw(Float32Array.from(row), 0, size, settings, u, [seen]).token, u)
    }
  })

  it('keeps as many with top-k as are as likely as the last, and with top-p no more than it needs', () => {
    const row = [1, 2, 1, 1, 0]
    const tokens = (settings: Partial<SamplerSettings>) =>
      new Set(Array.from({ length: 200 }, (_, i) => drawn(row, settings, i / 200).token))
    expect(tokens({ topK: 2 })).toEqual(new Set([0, 1, 2, 3]))
    const p = probabilities(row, 1)
    expect(tokens({ topP: p[1] + 1.5 * p[0] })).toEqual(new Set([0, 1, 2]))
    expect(tokens({ topP: p[1] - 0.01 })).toEqual(new Set([1]))
    expect(tokens({ minP: Math.exp(-1.01) })).toEqual(new Set([0, 1, 2, 3]))
    expect(tokens({ minP: Math.exp(-0.99) })).toEqual(new Set([1]))
  })

  it('penalises what came before once, however often it came, also at temperature 0', () => {
    const row = [4, 3, -1, -1.5]
    const greedy = (repetitionPenalty: number, seen: number[]) =>
      draw(Float32Array.from(row), 0, 4, { ...unrestricted(0), repetitionPenalty }, 0, [seen]).token
    expect(greedy(1.3, [0, 0, 0])).toBe(0)
    expect(greedy(1.4, [0])).toBe(1)
    expect(greedy(0.5, [1])).toBe(1)
    expect(greedy(0.01, [2, 3])).toBe(0)
    const negative = draw(Float32Array.from([-1, -1.5]), 0, 2, { ...unrestricted(0), repetitionPenalty: 2 }, 0, [[0]])
    expect(negative.token).toBe(1)
    const p = probabilities([-1, -1.5], 1)
    expect(negative.logProb).toBeCloseTo(Math.log(p[1]), 10)
  })

  it('leaves nothing behind for the next', () => {
    const draws = [
      { row: [3, 1, 2, 0, 5, 5], settings: { topK: 2, repetitionPenalty: 3 } },
      { row: [0, 1], settings: {} },
      { row: [2, 2, 1, 0, -4, 8, 1, 1, 1], settings: { topP: 0.8, minP: 0.1 } },
    ]
    const all = () => draws.map(({ row, settings }) => drawn(row, settings, 0.7))
    const first = all()
    expect(all()).toEqual(first)
    for (const [i, { row, settings }] of [...draws.entries()].reverse())
      expect(drawn(row, settings, 0.7)).toEqual(first[i])
  })

  it('of logits that are no numbers ends all the same', () => {
    const settings = { temperature: 1, topK: 2, topP: 0.9, minP: 0.1, repetitionPenalty: 1.1 }
    for (const row of [
      [Number.NaN, Number.NaN, Number.NaN],
      [0, Number.NaN, 1],
      [Number.NEGATIVE_INFINITY, 1, 2],
    ])
      expect(draw(Float32Array.from(row), 0, 3, settings, 0.5, [[1]]).token).toBeLessThan(3)
  })

  it('reads its own row of a batch', () => {
    const batch = Float32Array.from([9, 0, 0, 0, 0, 9])
    expect(draw(batch, 0, 3, full, 0.5).token).toBe(0)
    expect(draw(batch, 3, 3, full, 0.5).token).toBe(2)
  })
})
