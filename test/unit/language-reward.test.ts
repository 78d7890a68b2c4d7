import { expect, it } from 'vitest'
import { language } from '../../src-main/engine/rewards/language.ts'
import type { Verdict } from '../../src-main/engine/rewards/reward.ts'

type Target = Parameters<typeof language>[1]['target']

async function judged(thinking: string, target: Target = 'en'): Promise<Verdict> {
  const completions = [{ text: `<think>${thinking}</think><answer>Die Antwort</answer>`, finished: true, tokens: 1 }]
  return (await language({ problem: { prompt: '', answer: '' }, completions, tokenLimit: 9 }, { target }))[0]
}

const english = 'We need to find the sum of the two numbers. First we add the tens, and then we carry the one.'
const german = 'Wir müssen die Summe der beiden Zahlen finden. Zuerst addieren wir die Zehner und übertragen die Eins.'
const french = 'Nous devons trouver la somme des deux nombres. Ensuite nous ajoutons les dizaines et les unités.'
const russian = 'Нам нужно найти сумму двух чисел. Сначала мы складываем десятки, потом единицы.'
const chinese = '我们需要求出两个数的和。首先把十位相加，然后再把个位相加。'

it.each<[Target, string]>([
  ['en', english],
  ['de', german],
  ['fr', french],
  ['ru', russian],
  ['zh', chinese],
])('gives 1 to reasoning in %s and next to nothing to any other', async (target, text) => {
  expect((await judged(text, target)).value).toBe(1)
  for (const other of [english, german, french, russian, chinese])
    if (other !== text) expect((await judged(other, target)).value, other).toBeLessThan(0.1)
})

it('gives the share of the words where languages mix, and names the other', async () => {
  const mixed = await judged('We add the numbers now. Wir addieren jetzt die Zahlen.')
  expect(mixed).toMatchObject({
    value: 0.5,
    reason: '5 of 10 words in en, others in de',
    parts: { words: 10, target: 5 },
  })
  expect((await judged('Now we add 数字 together', 'en')).value).toBeCloseTo(4 / 5, 12)
})

it('takes numbers, code, formulas and names of quantities for nothing', async () => {
  const plain = await judged('So the sum is wrong.')
  const full = await judged(
    'So the sum is 12 + 7 = 19, $\\frac{a}{b}$ \\(x+y\\) `return ergebnis` ```\nimport os\n``` x y wrong.',
  )
  expect(plain).toMatchObject({ value: 1, parts: { words: 5 } })
  expect(full).toMatchObject({ value: 1, parts: { words: 5 } })
})

it('gives no verdict on reasoning without a word', async () => {
  expect(await judged('12+7=19')).toEqual({ value: null, reason: 'no word in the reasoning' })
  expect((await judged('')).value).toBeNull()
})

it('looks at the thinking only, or at what precedes the answer where there is none', async () => {
  const of = async (text: string) =>
    (
      await language(
        { problem: { prompt: '', answer: '' }, completions: [{ text, finished: true, tokens: 1 }], tokenLimit: 9 },
        { target: 'en' },
      )
    )[0].value
  expect(await of(`${english}<answer>${german}</answer>`)).toBe(1)
  expect(await of(`<think>${german}</think>${english}`)).toBe(0)
  expect(await of(`<think>${english}`)).toBe(1)
})
