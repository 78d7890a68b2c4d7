import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomAt } from '../../src-main/engine/random.ts'
import { take } from '../../src-main/engine/stages/groups.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'

const numbers = (n: number, ...address: Parameters<typeof randomAt>) => {
  const random = randomAt(...address)
  return Array.from({ length: n }, () => random.next())
}

describe('random streams', () => {
  it('are the same whenever they are asked for', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.nat(), (seed, step, prompt) => {
        expect(numbers(20, seed, 'rollout', step, prompt)).toEqual(numbers(20, seed, 'rollout', step, prompt))
      }),
    )
  })

  it('differ with every part of the address', () => {
    const streams = [
      [1, 'rollout', 2, 3],
      [2, 'rollout', 2, 3],
      [1, 'evaluate', 2, 3],
      [1, 'rollout', 3, 3],
      [1, 'rollout', 2, 4],
      [1, 'rollout', 23],
      [1, 'rollout', 2, 3, 0],
    ].map((address) => numbers(4, ...(address as Parameters<typeof randomAt>)).join())
    expect(new Set(streams).size).toBe(streams.length)
  })

  it('are uniform in [0, 1), also across neighbouring addresses', () => {
    const n = 20_000
    for (const values of [numbers(n, 0, 'one'), Array.from({ length: n }, (_, i) => randomAt(0, 'many', i).next())]) {
      expect(values.every((x) => x >= 0 && x < 1)).toBe(true)
      const bins = new Array<number>(20).fill(0)
      for (const x of values) bins[Math.floor(x * 20)]++
      const chiSquare = bins.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0)
      expect(chiSquare).toBeLessThan(44) // 19 degrees of freedom, one in a thousand
      const lagged = values.slice(1).reduce((sum, x, i) => sum + (x - 0.5) * (values[i] - 0.5), 0) / (n - 1)
      expect(Math.abs(lagged)).toBeLessThan(4 / 12 / Math.sqrt(n))
    }
  })

  it('integers, picks and weights stay in their range and keep their proportions', () => {
    const random = randomAt(5, 'ranges')
    const counts = [0, 0, 0]
    for (let i = 0; i < 30_000; i++) counts[random.weighted([1, 0, 3])]++
    expect(counts[1]).toBe(0)
    expect(counts[0] / 30_000).toBeCloseTo(0.25, 1)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (n) => {
        const k = random.integer(n)
        expect(Number.isInteger(k) && k >= 0 && k < n).toBe(true)
      }),
    )
    expect(['a', 'b']).toContain(random.pick(['a', 'b']))
  })

  it('a shuffle is a permutation, and every one of them as likely', () => {
    const seen = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = randomAt(1, 'shuffle', i).shuffle([1, 2, 3]).join('')
      seen.set(order, (seen.get(order) ?? 0) + 1)
    }
    expect([...seen.keys()].sort()).toEqual(['123', '132', '213', '231', '312', '321'])
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('the prompts of a step', () => {
  const problems = Array.from(
    { length: 10 },
    (_, i): Problem => ({ prompt: `${i}+1=`, answer: `${i + 1}`, kind: 'sum', domain: 'math' }),
  )

  it('go through the training set, each epoch in an order of its own, without gaps or repeats', () => {
    const taken = [1, 2, 3, 4, 5].flatMap((step) => take(problems, 4, step, 7).map((p) => p.prompt))
    const [first, second] = [taken.slice(0, 10), taken.slice(10)]
    expect(new Set(first).size).toBe(10)
    expect(new Set(second).size).toBe(10)
    expect(second).not.toEqual(first)
  })

  it('are those of the step, whatever was taken before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 30 }), fc.nat(), (step, count, seed) => {
        const prompts = take(problems, count, step, seed)
        expect(prompts).toHaveLength(count)
        expect(take(problems, count, step, seed)).toEqual(prompts)
      }),
    )
  })
})
