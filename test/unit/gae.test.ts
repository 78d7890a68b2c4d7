/** Generalised advantage estimation and whitening against verl's numbers, and what must hold of them. */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gae, whitened } from '../../src-main/engine/critic/gae.ts'

interface Case {
  gamma: number
  lambda: number
  rewards: number[][]
  old: number[][]
  returns: number[][]
  whitened: number[][]
}

const cases = JSON.parse(readFileSync(new URL('../fixtures/gae/cases.json', import.meta.url), 'utf8')) as Case[]

it.each(cases.map((c, i) => [i, c] as const))('case %i has verl’s returns and advantages', (_, c) => {
  const estimates = c.rewards.map((r, i) => gae(r, c.old[i], { gaeGamma: c.gamma, gaeLambda: c.lambda }))
  const white = whitened(estimates.map(({ advantages }) => advantages))
  c.rewards.forEach((row, i) => {
    row.forEach((_, t) => {
      expect(estimates[i].returns[t]).toBeCloseTo(c.returns[i][t], 12)
      expect(white[i][t]).toBeCloseTo(c.whitened[i][t], 8)
    })
  })
})

const number = fc.double({ min: -3, max: 3, noNaN: true })
const output = fc
  .integer({ min: 1, max: 20 })
  .chain((n) =>
    fc.tuple(fc.array(number, { minLength: n, maxLength: n }), fc.array(number, { minLength: n, maxLength: n })),
  )

it('with γ = λ = 1 an advantage is what is still to come, less the value', () => {
  fc.assert(
    fc.property(output, ([rewards, values]) => {
      const { advantages, returns } = gae(rewards, values, { gaeGamma: 1, gaeLambda: 1 })
      rewards.forEach((_, t) => {
        const toCome = rewards.slice(t).reduce((a, b) => a + b, 0)
        expect(returns[t]).toBeCloseTo(toCome, 9)
        expect(advantages[t]).toBeCloseTo(toCome - values[t], 9)
      })
    }),
  )
})

it('with λ = 0 it is the error of the next value alone; the sum of discounted errors in between', () => {
  fc.assert(
    fc.property(output, number, number, ([rewards, values], a, b) => {
      const [gaeGamma, gaeLambda] = [Math.abs(a) / 3, Math.abs(b) / 3]
      const errors = rewards.map((r, t) => r + gaeGamma * (values[t + 1] ?? 0) - values[t])
      const one = gae(rewards, values, { gaeGamma, gaeLambda: 0 }).advantages
      const all = gae(rewards, values, { gaeGamma, gaeLambda }).advantages
      errors.forEach((error, t) => {
        expect(one[t]).toBeCloseTo(error, 9)
        const sum = errors.slice(t).reduce((total, e, k) => total + (gaeGamma * gaeLambda) ** k * e, 0)
        expect(all[t]).toBeCloseTo(sum, 9)
      })
    }),
  )
})

it('whitens to mean 0 and variance 1, whatever the scale; equal numbers to exactly 0, and nothing to nothing', () => {
  const white = whitened([[1, 2, 4], [8], [-3e6, 5]]).flat()
  const mean = white.reduce((a, b) => a + b, 0) / white.length
  expect(mean).toBeCloseTo(0, 12)
  expect(white.reduce((sum, x) => sum + x * x, 0) / (white.length - 1)).toBeCloseTo(1, 9)
  expect(whitened([[0.1, 0.1], [0.1]])).toEqual([[0, 0], [0]])
  expect(whitened([[7]])).toEqual([[0]])
  expect(whitened([])).toEqual([])
})
