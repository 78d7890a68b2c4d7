import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ArithmeticKind, arithmeticKinds } from '../../src-main/contract/recipe.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { drawArithmetic, stepsOf } from '../../src-main/engine/tasks/arithmetic.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'
import {
  assertDisjoint,
  drawTrainingProblem,
  evaluationSet,
  heldOut,
  trainingSet,
} from '../../src-main/engine/tasks/sets.ts'

const shapes: Record<ArithmeticKind, RegExp> = {
  sum: /^\d{1,3}(\+\d{1,3}){1,3}=$/,
  difference: /^\d{1,2}-\d{1,2}=$/,
  product: /^\d{2}\*[2-9]=$/,
  chain: /^\d{1,2}[-+]\d{1,2}[-+]\d{1,2}=$/,
}
const all = { sum: 4, difference: 2, product: 1, chain: 2 }

function draw(kind: ArithmeticKind, n: number): Problem[] {
  const random = randomAt(7, kind)
  return Array.from({ length: n }, () => drawArithmetic(random, kind))
}

describe('arithmetic problems', () => {
  it.each(arithmeticKinds)('%s: the answer is what JavaScript computes, and never negative on the way', (kind) => {
    for (const { prompt, answer } of draw(kind, 2000)) {
      expect(prompt).toMatch(shapes[kind])
      // the numbers have no leading zeros, so that they are decimal here too
      expect(Number(answer)).toBe(new Function(`return ${prompt.slice(0, -1)}`)())
      expect(stepsOf(prompt).every((step) => step.value >= 0)).toBe(true)
    }
  })

  it('a chain has a minus, and every pair of signs occurs', () => {
    const signs = new Set(draw('chain', 500).map((p) => p.prompt.replace(/[\d=]/g, '')))
    expect([...signs].sort()).toEqual(['+-', '-+', '--'])
  })

  it('sums have two to four numbers, mostly of two digits', () => {
    const sums = draw('sum', 4000)
    const terms = new Set(sums.map((p) => p.prompt.split('+').length))
    expect([...terms].sort()).toEqual([2, 3, 4])
    const numbers = sums.flatMap((p) => p.prompt.match(/\d+/g)!)
    expect(numbers.filter((n) => n.length === 2).length / numbers.length).toBeGreaterThan(0.7)
  })

  it('works a prompt out step by step', () => {
    expect(stepsOf('45+38-27=')).toEqual([
      { left: 45, operator: '+', right: 38, value: 83 },
      { left: 83, operator: '-', right: 27, value: 56 },
    ])
    expect(stepsOf('34*7=')).toEqual([{ left: 34, operator: '*', right: 7, value: 238 }])
  })
})

describe('training and evaluation sets', () => {
  it('share no problem, whatever the kinds, sizes and seed', () => {
    const weight = fc.integer({ min: 0, max: 3 })
    fc.assert(
      fc.property(
        fc.record({ sum: weight, difference: weight, product: weight, chain: weight }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 1000 }),
        (weights, size, seed) => {
          const training = trainingSet(weights, size, seed)
          const evaluation = evaluationSet(weights, size)
          assertDisjoint(training, evaluation)
          expect(training.some((p) => heldOut(p))).toBe(false)
          expect(evaluation.every((p) => heldOut(p))).toBe(true)
          expect(new Set(evaluation.map((p) => p.prompt)).size).toBe(evaluation.length)
          expect(new Set(training.map((p) => p.prompt)).size).toBe(training.length)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('follow the seed (training) and nothing (evaluation); a smaller evaluation is the beginning of a larger', () => {
    expect(trainingSet(all, 64, 1)).toEqual(trainingSet(all, 64, 1))
    expect(trainingSet(all, 64, 1)).not.toEqual(trainingSet(all, 64, 2))
    expect(evaluationSet(all, 64)).toEqual(evaluationSet(all, 1024).slice(0, 64))
    expect(evaluationSet(all, 1024)).toHaveLength(1024)
  })

  it('keep the weights, a kind without weight stays out', () => {
    const set = trainingSet({ sum: 3, chain: 1, product: 0 }, 2000, 5)
    const share = (kind: ArithmeticKind) => set.filter((p) => p.kind === kind).length / set.length
    expect(share('sum')).toBeCloseTo(0.75, 1)
    expect(share('product')).toBe(0)
    expect(share('difference')).toBe(0)
  })

  it('end with the problems that exist: of the 720 products each is in exactly one part', () => {
    const held = evaluationSet({ product: 1 }, 100_000)
    const training = trainingSet({ product: 1 }, 100_000, 3)
    expect(held.length + training.length).toBe(720)
    expect(held.length).toBeGreaterThan(140)
    expect(held.length).toBeLessThan(220)
  })

  it('hold out about a tenth of the sums, and the same sum in another order with it', () => {
    const sums = draw('sum', 5000)
    const share = sums.filter((p) => heldOut(p)).length / sums.length
    expect(share).toBeGreaterThan(0.07)
    expect(share).toBeLessThan(0.13)
    for (const { prompt } of sums.slice(0, 200)) {
      const turned = `${prompt.slice(0, -1).split('+').reverse().join('+')}=`
      expect(heldOut({ prompt: turned })).toBe(heldOut({ prompt }))
    }
  })

  it('are checked: a problem in both is named, in another order too', () => {
    const one: Problem = { kind: 'sum', domain: 'math', prompt: '12+34=', answer: '46' }
    const turned: Problem = { kind: 'sum', domain: 'math', prompt: '34+12=', answer: '46' }
    expect(() => assertDisjoint([one], [one])).toThrow('The evaluation problem 12+34= is in the training set too.')
    expect(() => assertDisjoint([one], [turned])).toThrow('34+12= is in the training set too (as 12+34=)')
    expect(() =>
      assertDisjoint([one], [{ kind: 'difference', domain: 'math', prompt: '34-12=', answer: '22' }]),
    ).not.toThrow()
  })

  it('pre-training draws no held-out problem', () => {
    const random = randomAt(3, 'corpus')
    for (const kind of arithmeticKinds)
      for (let i = 0; i < 300; i++) expect(heldOut(drawTrainingProblem(random, kind))).toBe(false)
  })
})
