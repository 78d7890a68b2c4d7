import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arithmeticKinds } from '../../src-main/contract/recipe.ts'
import { readTokenizer } from '../../src-main/engine/model/tokenizer.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { accuracy } from '../../src-main/engine/rewards/accuracy.ts'
import { format } from '../../src-main/engine/rewards/format.ts'
import { apply, type Operator } from '../../src-main/engine/tasks/arithmetic.ts'
import { columns } from '../../src-main/engine/tasks/columns.ts'
import {
  type Behaviour,
  type CorpusExample,
  type CorpusPhase,
  corpusExample,
} from '../../src-main/engine/tasks/corpus.ts'
import { heldOut } from '../../src-main/engine/tasks/sets.ts'

const tokenizer = readTokenizer(join(import.meta.dirname, '../../resources/model/tokenizer.json'))

function corpus(phase: CorpusPhase, n: number): CorpusExample[] {
  const random = randomAt(1, 'corpus-test', phase)
  return Array.from({ length: n }, () => corpusExample(random, random.pick(arithmeticKinds), phase))
}
const shareOf = <T>(items: T[], is: (item: T) => boolean) => items.filter(is).length / items.length
const right = (example: CorpusExample) => accuracy({ text: example.completion, finished: true }, example).value === 1
const wellFormed = ({ completion }: CorpusExample) => format({ text: completion, finished: true }).value === 1

/** Reads the columns as a person does: each must be true, and their last digits in front of each other are the result. */
function assemble(text: string): number {
  const values = text.split(',').map((step) => {
    const [expression, value] = step.split('=')
    expect(String(new Function(`return ${expression}`)())).toBe(value)
    return value
  })
  // in a product, the value with the carry replaces the product before it
  const settled = values.filter((_, i) => !/^\d+\+/.test(text.split(',')[i + 1] ?? '') || !text.includes('*'))
  const top = settled.pop()!
  return Number(
    top +
      settled
        .reverse()
        .map((value) => value.at(-1))
        .join(''),
  )
}

describe('columns', () => {
  it.each<[number, Operator, number, string]>([
    [75, '+', 73, '5+3=8,7+7=14'],
    [99, '+', 148, '9+8=17,9+4+1=14,1+1=2'],
    [7, '+', 5, '7+5=12'],
    [83, '-', 47, '13-7=6,8-4-1=3'],
    [156, '-', 99, '16-9=7,15-9-1=5,1-1=0'],
    [85, '-', 3, '5-3=2,8=8'],
    [100, '-', 1, '10-1=9,10-1=9,1-1=0'],
    [34, '*', 7, '4*7=28,3*7=21,21+2=23'],
    [12, '*', 3, '2*3=6,1*3=3'],
  ])('%i%s%i is %s', (left, operator, right, text) => {
    expect(columns({ left, operator, right })).toBe(text)
  })

  it('are each true, and give the result', () => {
    const number = fc.integer({ min: 0, max: 999 })
    fc.assert(
      fc.property(number, number, fc.integer({ min: 1, max: 9 }), (a, b, digit) => {
        const [left, right] = [Math.max(a, b), Math.min(a, b)]
        expect(assemble(columns({ left, operator: '+', right }))).toBe(left + right)
        expect(assemble(columns({ left, operator: '-', right }))).toBe(left - right)
        expect(assemble(columns({ left, operator: '*', right: digit }))).toBe(left * digit)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the pre-training text', () => {
  const skills = corpus('skills', 6000)
  const habits = corpus('habits', 6000)
  const both = [...skills, ...habits]

  it('is the same for the same seed', () => {
    expect(corpus('habits', 50)).toEqual(habits.slice(0, 50))
  })

  it('stays in the vocabulary, seldom over 100 tokens, and away from held-out problems', () => {
    for (const { prompt, completion } of both) {
      const ids = tokenizer.encode(completion)
      expect(tokenizer.decode(ids)).toBe(completion)
      expect(ids.length + 1).toBeLessThanOrEqual(116)
      expect(heldOut({ prompt })).toBe(false)
    }
    const lengths = both.map((example) => tokenizer.encode(example.completion).length + 1)
    expect(lengths.filter((n) => n > 100).length / lengths.length).toBeLessThan(0.03)
  })

  it('teaches every kind in both phases', () => {
    for (const examples of [skills, habits])
      for (const kind of arithmeticKinds) expect(shareOf(examples, (e) => e.kind === kind)).toBeGreaterThan(0.1)
  })

  it('keeps the form, except where it is called malformed', () => {
    expect(shareOf(skills, wellFormed)).toBe(1)
    for (const example of habits) expect(wellFormed(example)).toBe(example.behaviour !== 'malformed')
  })

  it('guesses seldom right and most often, and is right when it rechecks every step', () => {
    const of = (behaviour: Behaviour) => habits.filter((example) => example.behaviour === behaviour)
    expect(of('direct').length).toBeGreaterThan(of('quick').length)
    expect(of('quick').length).toBeGreaterThan(of('careful').length)
    const thorough = both.filter(
      (e) => e.behaviour === 'careful' && e.completion.split('wait').length === e.completion.split(';').length,
    )
    expect(shareOf(thorough, right)).toBeGreaterThan(0.95)
    expect(shareOf(of('quick'), right)).toBeLessThan(0.6)
    expect(shareOf(of('direct'), right)).toBeLessThan(0.4)
    expect(shareOf(habits, right)).toBeLessThan(0.45)
  })

  it('writes only steps that follow from each other', () => {
    for (const { completion, behaviour, prompt } of both) {
      if (behaviour !== 'quick' && behaviour !== 'careful') continue
      const thinking = completion.slice('<think>'.length, completion.indexOf('</think>'))
      const answer = completion.slice(completion.indexOf('<answer>') + 8, completion.indexOf('</answer>'))
      let value = prompt.match(/^\d+/)![0]
      for (const step of thinking.split(';').slice(0, -1)) {
        const parts = /^(\d+)([-+*])(\d+)=(\d+)(?:wait([^:]+):(\d+))?$/.exec(step)
        expect(parts, step).not.toBeNull()
        const [, left, operator, rightHand, quick, working, rechecked] = parts!
        expect(left).toBe(value)
        if (working) expect(assemble(working)).toBe(apply(Number(left), operator as Operator, Number(rightHand)))
        value = rechecked ?? quick
      }
      expect(answer).toBe(value)
    }
  })
})
