import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomAt } from '../../src-main/engine/random.ts'
import { draw } from '../../src-main/engine/rollout/sampler.ts'

const full = { temperature: 1, topP: 1 }
const logits = fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: 2, maxLength: 40 })
const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

/** Softmax in float64. */
function probabilities(row: ArrayLike<number>, temperature: number): number[] {
  const peak = Math.max(...Array.from(row))
  const weights = Array.from(row, (x) => Math.exp((x - peak) / temperature))
  const total = weights.reduce((a, b) => a + b)
  return weights.map((w) => w / total)
}

const drawn = (row: number[], settings: typeof full, u: number) =>
  draw(Float32Array.from(row), 0, row.length, settings, u)

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

  it('reads its own row of a batch', () => {
    const batch = Float32Array.from([9, 0, 0, 0, 0, 9])
    expect(draw(batch, 0, 3, full, 0.5).token).toBe(0)
    expect(draw(batch, 3, 3, full, 0.5).token).toBe(2)
  })
})
