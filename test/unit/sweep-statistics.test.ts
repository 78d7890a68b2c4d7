import { describe, expect, test } from 'vitest'
import { randomAt } from '../../src-main/engine/random.ts'
import { meanOverSeeds } from '../../src-main/evaluation/seeds.ts'
import { t975 } from '../../src-main/evaluation/student.ts'

test.each([
  // printed tables of Student's t
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [5, 2.571],
  [10, 2.228],
  [30, 2.042],
  [120, 1.98],
  [1e6, 1.96],
  // by Simpson's rule over the density
  [2.5, 3.57465],
])('t of %s degrees of freedom', (df, quantile) => {
  expect(t975(df)).toBeCloseTo(quantile, df === 2.5 ? 3 : 2)
})

describe('meanOverSeeds', () => {
  const normal = (random: ReturnType<typeof randomAt>) =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

  test.each([
    { seeds: 2, spread: 0.05 },
    { seeds: 3, spread: 0.02 },
    { seeds: 3, spread: 0 },
    { seeds: 5, spread: 0.08 },
  ])(
    'holds the truth 95 times in a hundred, or a little more: $seeds seeds that differ by $spread',
    ({ seeds, spread }) => {
      const times = 600
      let held = 0
      for (let t = 0; t < times; t++) {
        const random = randomAt(t, 'coverage', seeds, spread)
        const prompts = Array.from({ length: 200 }, () => 0.6 + 0.2 * normal(random))
        const rows = Array.from({ length: seeds }, () => {
          const better = spread * normal(random)
          return prompts.map((p) => Number(random.next() < Math.min(1, Math.max(0, p + better))))
        })
        const { low, high } = meanOverSeeds(rows)
        // the mean of the clamped probability lies within 0.003 of 0.6
        if (low <= 0.6 && 0.6 <= high) held++
      }
      expect(held / times).toBeGreaterThan(0.92)
      if (spread > 0) expect(held / times).toBeLessThan(0.995)
    },
  )

  test('one seed: the interval of its prompts', () => {
    const row = Array.from({ length: 400 }, (_, i) => Number(i % 4 === 0))
    const { value, low, high } = meanOverSeeds([row])
    expect(value).toBe(0.25)
    // 1.966 · √(0.25 · 0.75 / 399)
    expect(high - value).toBeCloseTo(0.0426, 3)
    expect(value - low).toBeCloseTo(0.0426, 3)
  })

  test('where nothing varies it is Wilson’s, never without width', () => {
    expect(
      meanOverSeeds([
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ]),
    ).toMatchObject({ value: 1, high: expect.closeTo(1, 12) })
    expect(meanOverSeeds([[1, 1, 1, 1]]).low).toBeCloseTo(0.5101, 3)
    expect(meanOverSeeds([[-1, -1]])).toMatchObject({ value: -1, low: expect.closeTo(-1, 12) })
  })

  test('a difference may be negative, and stays between −1 and 1', () => {
    const { value, low, high } = meanOverSeeds([
      [-1, 0, -1, -1],
      [0, -1, -1, 0],
    ])
    expect(value).toBe(-0.625)
    expect(low).toBe(-1)
    expect(high).toBeGreaterThan(-0.625)
  })
})
