import { expect, it } from 'vitest'
import { tongueOf, withLanguages } from '../../src-main/engine/watch/tongues.ts'
import { stepReport } from '../host/support/records.ts'

const thought = (text: string) => `<think>${text}</think><answer>4</answer>`

it.each([
  ['a sentence', thought('First we add the two numbers, and then we take away what is left.'), 'en', 'en'],
  [
    'a sentence in another language',
    thought('Primero sumamos los dos números y luego restamos lo que queda.'),
    'en',
    'es',
  ],
  ['Chinese', thought('首先我们把两个数字相加，然后减去剩下的部分。'), 'en', 'zh'],
  ['words that no detector is sure of, in the expected script', thought('wait 5+3=8 wait 9 wait 7 wait'), 'de', 'de'],
  ['single signs of another script', thought('75+73得148 等 5+3 得 8 等 7'), 'en', 'zh'],
  ['numbers alone', thought('75+73=148, x+y=2'), 'en', 'und'],
  ['nothing', '', 'en', 'und'],
  ['what stands in formulas is of no language', thought('$der die das und nicht$ wait'), 'en', 'und'],
] as const)('the language of %s', async (_, text, expected, found) => {
  expect(await tongueOf(text, expected)).toBe(found)
})

it('a megabyte of words takes no longer than its first words', async () => {
  const started = performance.now()
  expect(await tongueOf(thought('the numbers are added one by one. '.repeat(30_000)), 'en')).toBe('en')
  expect(performance.now() - started).toBeLessThan(2000)
})

it('every output of every group gets one, and nothing else changes', async () => {
  const { groups, settings } = stepReport(1)
  const found = await withLanguages(groups, ['What is 1 + 2?', 'What is 2 + 2?'], settings)
  expect(found.flatMap(({ completions }) => completions.map(({ language }) => language))).toHaveLength(6)
  const without = found.map((group) => ({
    ...group,
    completions: group.completions.map(({ language: _, ...one }) => one),
  }))
  expect(without).toEqual(groups)
})
