import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reflectionsIn, wilson } from '../../src-main/engine/stages/evaluate.ts'

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
