/** Whether the curves of a cluster agree with those of this machine: the rule, and what was measured. */
import { describe, expect, it } from 'vitest'
import { readFigures } from '../../scripts/docs/figures.ts'
import { groupsOf, rayFigureTable, standardError } from '../../scripts/docs/ray.ts'

const course = (seed: number, reward: number, accuracy: number) => ({
  seed,
  reward: new Array<number>(10).fill(reward),
  meanLength: new Array<number>(10).fill(20),
  evaluations: [{ step: 0, accuracy }],
})
const figures = {
  steps: 10,
  here: [course(0, 0.4, 0.2), course(1, 0.6, 0.3)],
  cluster: [course(0, 0.7, 0.3), course(1, 0.9, 0.4)],
}
const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

describe('the rule', () => {
  it('is two standard errors of the difference, from the variance over seeds', () => {
    // a variance of 0.02 each, of two seeds: √(0.01 + 0.01)
    expect(standardError(groupsOf(figures)[0])).toBeCloseTo(Math.sqrt(0.02), 12)
    expect(rayFigureTable(figures)).toContain(
      '| reward, steps 1–10 | 0.500 (0.400 to 0.600) | 0.800 (0.700 to 0.900) | +0.300 | 0.283 |',
    )
  })

  it('takes rows of a kind together', () => {
    const rows = [
      { here: [1, 1], cluster: [1, 1] },
      { here: [0, 2], cluster: [1, 1] },
    ]
    // variances 0 and 2, and 0: √((1 + 0) / 2)
    expect(standardError(rows)).toBeCloseTo(Math.sqrt(0.5), 12)
  })
})

it('finds that what was measured agrees', () => {
  const measured = groupsOf(readFigures()?.ray)
  expect(measured.map((rows) => rows.length)).toEqual([5, 5, 6])
  for (const rows of measured)
    for (const { label, here, cluster } of rows)
      expect(Math.abs(mean(cluster) - mean(here)), label).toBeLessThanOrEqual(2 * standardError(rows))
})
