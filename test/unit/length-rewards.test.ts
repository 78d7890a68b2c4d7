import { describe, expect, it } from 'vitest'
import type { RewardName, RewardParameters } from '../../src-main/contract/rewards.ts'
import { judge } from '../../src-main/engine/rewards/score.ts'

interface Given {
  text?: string
  tokens?: number
  finished?: boolean
}
const right = '<think></think><answer>4</answer>'
const wrong = '<think></think><answer>5</answer>'

async function values(name: RewardName, given: Given[], parameters: RewardParameters = {}, answer = '4') {
  const completions = given.map(({ text = right, tokens = 10, finished = true }) => ({ text, tokens, finished }))
  const verdicts = await judge(name, { problem: { prompt: '', answer }, completions, tokenLimit: 100 }, parameters)
  return verdicts.map((v) => v.value)
}

describe('tag_count', () => {
  it.each([
    ['<think>a</think><answer>4</answer>', 1],
    ['<think>a</think>\n<answer>4</answer>\n', 1],
    ['<think>a</think><answer>4</answer> and more', 0.75],
    ['<think>a</think><answer>4', 0.75],
    ['<think>a</think><think>b</think><answer>4</answer>', 0.5],
    ['<think>a</think><answer>4</answer><Thinking>b</Thinking>', 0.25],
    ['<answer>4</answer><think>a</think>', 0.5],
    ['4', 0],
  ])('%j gets %d', async (text, value) => {
    expect(await values('tag_count', [{ text }])).toEqual([value])
  })
})

describe('cosine_length', () => {
  // open-r1: min + ½ (max − min)(1 + cos(π t / T)), correct between 0.5 and 1, wrong between −1 and −0.5
  it.each([
    [right, 0, 1],
    [right, 50, 0.75],
    [right, 25, 0.5 + 0.25 * (1 + Math.SQRT1_2)],
    [wrong, 0, -1],
    [wrong, 50, -0.75],
    [wrong, 99, -0.5],
    [right, 100, -1],
  ])('%j of %d tokens gets %d', async (text, tokens, value) => {
    expect((await values('cosine_length', [{ text, tokens }]))[0]).toBeCloseTo(value, 3)
  })

  it('takes its own length and gives no verdict where there is no reference', async () => {
    const twice = { cosine_length: { maxTokens: 200, rightShort: 2, rightLong: 1 } }
    expect((await values('cosine_length', [{ tokens: 100 }], twice))[0]).toBeCloseTo(1.5, 10)
    expect(await values('cosine_length', [{}], {}, '???')).toEqual([null])
  })
})

describe('kimi_length', () => {
  it('compares with the group: from 0.5 to −0.5, wrong answers at most 0', async () => {
    const lengths = [10, 20, 30]
    expect(
      await values(
        'kimi_length',
        lengths.map((tokens) => ({ tokens })),
      ),
    ).toEqual([0.5, 0, -0.5])
    expect(
      await values(
        'kimi_length',
        lengths.map((tokens) => ({ tokens, text: wrong })),
      ),
    ).toEqual([0, 0, -0.5])
    expect(await values('kimi_length', [{ tokens: 7 }, { tokens: 7, text: wrong }])).toEqual([0, 0])
    expect(await values('kimi_length', [{ tokens: 7 }, { tokens: 8 }], {}, '???')).toEqual([null, null])
  })
})

describe('soft_overlong', () => {
  it.each([
    [79, 0],
    [80, 0],
    [90, -0.5],
    [100, -1],
    [150, -1],
  ])('%d of 100 tokens with the last 20 punished get %d', async (tokens, value) => {
    expect((await values('soft_overlong', [{ tokens }]))[0]).toBeCloseTo(value, 10)
  })
})

describe('repetition', () => {
  /** The definition, slowly. */
  const slow = (words: string[], n: number) => {
    const grams = words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(' '))
    return grams.length === 0 ? 0 : new Set(grams).size / grams.length - 1
  }

  it.each(['a b c', 'a b', 'a a a a', 'a b c a b c a b c', 'the cat sat on the mat and the cat sat', 'A a B b a'])(
    'of %j is that of the definition',
    async (text) => {
      for (const n of [1, 2, 3])
        expect((await values('repetition', [{ text }], { repetition: { n } }))[0]).toBeCloseTo(
          slow(text.toLowerCase().split(' '), n),
          12,
        )
    },
  )

  it('sees text without spaces', async () => {
    const [fresh, same] = await values('repetition', [
      { text: '今天天气很好我们去公园' },
      { text: '我们去我们去我们去我们去' },
    ])
    expect(fresh).toBe(0)
    expect(same).toBeCloseTo(3 / 10 - 1, 12)
    const [glued] = await values('repetition', [{ text: 'wait'.repeat(30) }])
    expect(glued).toBeLessThan(-0.9)
  })
})
