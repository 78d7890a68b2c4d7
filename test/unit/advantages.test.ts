import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advantagesByReward, advantagesOf, spreadOf, totalReward } from '../../src-main/engine/grpo/advantages.ts'
import { relativeError } from '../../src-main/engine/verify/comparison.ts'

const scales = ['group', 'batch', 'none'] as const

// against TRL's own numbers: test/engine/reference.test.ts

describe('properties of advantages', () => {
  const reward = fc.integer({ min: -80, max: 80 }).map((n) => n / 8)
  const groups = fc.array(fc.array(reward, { minLength: 2, maxLength: 8 }), { minLength: 1, maxLength: 6 })

  it('a group of equal rewards gets exactly zero, whatever the number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 1, max: 64 }), (r, n) => {
        for (const scale of scales) {
          const [advantages] = advantagesOf([new Array(n).fill(r), [0, 1]], scale)
          for (const a of advantages) expect(a).toBe(0)
        }
      }),
    )
  })

  it('sum to zero in each group', () => {
    fc.assert(
      fc.property(groups, fc.constantFrom(...scales), (rewards, scale) => {
        for (const group of advantagesOf(rewards, scale))
          expect(Math.abs(group.reduce((a, b) => a + b, 0))).toBeLessThan(1e-9 * Math.max(1, ...group.map(Math.abs)))
      }),
    )
  })

  it('do not depend on the order of samples or groups', () => {
    fc.assert(
      fc.property(groups, fc.constantFrom(...scales), (rewards, scale) => {
        const forward = advantagesOf(rewards, scale)
        const backward = advantagesOf(
          [...rewards].reverse().map((g) => [...g].reverse()),
          scale,
        )
        const again = backward.reverse().map((g) => g.reverse())
        expect(relativeError(again.flat(), forward.flat())).toBeLessThan(1e-6)
      }),
    )
  })

  it('another constant added to a group changes nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 }), (group) => {
        const moved = group.map((r) => r + 4)
        for (const scale of scales)
          expect(relativeError(advantagesOf([moved], scale)[0], advantagesOf([group], scale)[0])).toBeLessThan(1e-9)
      }),
    )
  })

  it('the spread is that of a sample: n−1', () => {
    expect(spreadOf([1, 2, 3, 4])).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3), equal: false })
    expect(spreadOf([7])).toEqual({ mean: 7, std: 0, equal: true })
  })

  it('what has no verdict gets zero, and the others what they would get without it', () => {
    fc.assert(
      fc.property(groups, fc.nat(8), fc.constantFrom(...scales), ([group], at, scale) => {
        const place = at % (group.length + 1)
        const [found] = advantagesOf([group.toSpliced(place, 0, Number.NaN)], scale)
        expect(found[place]).toBe(0)
        expect(found.toSpliced(place, 1)).toEqual(advantagesOf([group], scale)[0])
      }),
    )
  })

  it('a step without any verdict teaches nothing', () => {
    for (const scale of scales) expect(advantagesOf([[Number.NaN, Number.NaN]], scale)).toEqual([[0, 0]])
    expect(
      advantagesByReward(
        [
          [[null], [null]],
          [[null], [null]],
        ],
        () => [1],
      ),
    ).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(spreadOf([Number.NaN])).toEqual({ mean: Number.NaN, std: 0, equal: true })
    expect(totalReward([null, null], [1, 2])).toBeNaN()
    expect(totalReward([null, 3], [1, 2])).toBe(6)
  })
})

describe('rewards normalised one by one', () => {
  const value = fc.oneof(fc.constant(null), fc.integer({ min: -4, max: 4 }))
  const groups = fc.array(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 6 }), {
    minLength: 1,
    maxLength: 5,
  })

  it('a group in which each reward says the same of all gets exactly zero', () => {
    fc.assert(
      fc.property(
        groups,
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.integer({ min: 1, max: 9 }),
        (others, r, n) => {
          const [equal] = advantagesByReward([new Array(n).fill([r, 0.1]), ...others], () => [0.7, 2])
          for (const a of equal) expect(a === 0).toBe(true)
        },
      ),
    )
  })

  it('are the definition: each in its group, their sum over the step', () => {
    const finite = (values: (number | null)[]) => values.filter((v) => v !== null && !Number.isNaN(v)) as number[]
    const spread = (values: (number | null)[]) => {
      const known = finite(values)
      const mean = known.reduce((a, b) => a + b, 0) / known.length
      const variance = known.reduce((a, b) => a + (b - mean) ** 2, 0) / (known.length - 1)
      return { mean, std: known.length > 1 ? Math.sqrt(variance) : 0 }
    }
    fc.assert(
      fc.property(groups, (outputs) => {
        const weights = [0.7, 2]
        const sums = outputs.flatMap((group) => {
          const spreads = weights.map((_, k) => spread(group.map((o) => o[k])))
          return group.map((o) =>
            o.every((v) => v === null)
              ? Number.NaN
              : o.reduce<number>(
                  (sum, v, k) =>
                    sum + (v === null ? 0 : (weights[k] * (v - spreads[k].mean)) / (spreads[k].std + 1e-4)),
                  0,
                ),
          )
        })
        const { mean, std } = spread(sums)
        const expected = sums.map((s) => (Number.isNaN(s) ? 0 : (s - mean) / (std + 1e-4)))
        expect(relativeError(advantagesByReward(outputs, () => weights).flat(), expected)).toBeLessThan(1e-6)
      }),
    )
  })

  it('do not change when a reward is in other units', () => {
    fc.assert(
      fc.property(groups, (outputs) => {
        const scaled = outputs.map((g) => g.map(([a, b]) => [a === null ? null : a * 1000, b]))
        const [plain, found] = [outputs, scaled].map((o) => advantagesByReward(o, () => [1, 1]).flat())
        // but for the 1e-4 that is added to a spread
        expect(relativeError(found, plain)).toBeLessThan(2e-3)
      }),
    )
  })
})
