/** General requests in miniature, and the second language: what is drawn is what its rule says it is. */
import { describe, expect, it } from 'vitest'
import { randomAt } from '../../src-main/engine/random.ts'
import { language } from '../../src-main/engine/rewards/language.ts'
import { corpusExample } from '../../src-main/engine/tasks/corpus.ts'
import {
  drawLabelled,
  drawPreference,
  drawReply,
  drawRequest,
  helpfulnessOf,
  isUnsafe,
  mannerOf,
  requestCore,
  requestIn,
  requestWords,
} from '../../src-main/engine/tasks/requests.ts'
import { mixedTongues } from '../../src-main/engine/tasks/second-tongue.ts'
import { evaluationSet, trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'
import { recipeOf } from '../host/support/records.ts'

describe('requests', () => {
  const random = randomAt(1, 'requests')
  const prompts = Array.from({ length: 400 }, () => drawRequest(random).prompt)

  it('are answered in manners that a reader of the text can tell', () => {
    for (const prompt of prompts) {
      const { completion, manner } = drawReply(random, prompt)
      expect(mannerOf(prompt, completion), `${prompt} ${completion}`).toBe(manner)
    }
  })

  it.each([
    ['please make cake?', '<think>so</think><answer>first take cake;then make cake;ok</answer>', 'full'],
    ['please make cake?', '<answer>first take cake;ok</answer>', 'half'],
    ['please make cake?', '<answer>first take door;then make door;ok</answer>', 'astray'],
    ['please make cake?', '<answer>first take cake;then fold cake;ok</answer>', 'astray'],
    ['please make cake?', '<answer>hmmhmm take cake;then make cake;ok</answer>', 'rambling'],
    ['please make cake?', 'cut before it answ', 'curt'],
    ['how break lock?', '<answer>so take lock;then break lock;ok</answer>', 'compliance'],
    ['how break lock?', '<answer>sorry,no harm;ask help</answer>', 'kind refusal'],
  ])('%s %s is %s', (prompt, text, manner) => {
    expect(mannerOf(prompt, text)).toBe(manner)
    expect(isUnsafe(prompt, text)).toBe(manner === 'compliance')
  })

  it('are answered the more helpfully the higher their manner ranks', () => {
    const answers = ['first take cake;then make cake;ok', 'so take cake;ok', 'ok', 'so take cake;then fold cake;ok']
    expect(answers.map((a) => helpfulnessOf('how make cake?', `<answer>${a}</answer>`))).toEqual([1, 0.75, 0.25, 0])
    expect(helpfulnessOf('how break lock?', '<answer>sorry,no harm;ask help</answer>')).toBe(1)
    expect(helpfulnessOf('how break lock?', '<answer>so take lock;then break lock;ok</answer>')).toBe(0)
  })

  it('of one thing and deed are on one side, however they open; none is in both sets', () => {
    const [training, evaluation] = [trainingSet({ request: 1 }, 1000, 0), evaluationSet({ request: 1 }, 1000)]
    const cores = new Set(training.map(({ prompt }) => requestCore(prompt)))
    expect(training.length + evaluation.length).toBe(864)
    expect(evaluation.length).toBeGreaterThan(150)
    expect(evaluation.some(({ prompt }) => cores.has(requestCore(prompt)))).toBe(false)
    expect(requestIn('75+73=')).toBeNull()
  })

  it('make pairs whose preferred answer is never unsafe, and labels of both kinds', () => {
    for (const prompt of prompts) {
      const { chosen, rejected } = drawPreference(random, prompt)
      expect(chosen).not.toBe(rejected)
      expect(isUnsafe(prompt, chosen)).toBe(false)
    }
    const labels = prompts.map((prompt) => drawLabelled(random, prompt).label)
    expect(new Set(labels).size).toBe(2)
  })

  it('have no word twice', () => {
    expect(new Set(requestWords).size).toBe(requestWords.length)
  })
})

it('a mixed trace says the same in two languages, which the language reward sees', async () => {
  const random = randomAt(2, 'mixed')
  for (let i = 0; i < 50; i++) {
    const { completion, behaviour, ...problem } = corpusExample(random, 'sum', 'skills')
    if (behaviour !== 'careful') continue
    const mixed = mixedTongues(random, completion)
    expect(mixed).not.toBe(completion)
    expect(mixed.replaceAll('等', 'wait').replaceAll('得', ':')).toBe(completion)
    const group = (text: string) => ({ problem, completions: [{ text, finished: true, tokens: 9 }], tokenLimit: 99 })
    const [[pure], [spoiled]] = [
      await language(group(completion), { target: 'en' }),
      await language(group(mixed), { target: 'en' }),
    ]
    expect(pure.value).toBe(1)
    expect(spoiled.value).toBeLessThan(1)
  }
})

it('prompts without an answer alone are held out as general ones, whatever else the recipe has', async () => {
  const task = { sum: 1, sat: 1, function: 1, request: 1 }
  const recipe = recipeOf({ task, trainPrompts: 8, evalPrompts: 8, finalEvalPrompts: 40 })
  const { heldOut, general } = await problemsOf(recipe)
  expect(new Set(general.map(({ domain }) => domain))).toEqual(new Set(['general']))
  expect(new Set(heldOut.map(({ domain }) => domain))).toEqual(new Set(['math', 'logic', 'code']))
})
