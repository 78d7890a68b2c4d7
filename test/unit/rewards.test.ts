import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { rewardInfo, rewardNames } from '../../src-main/contract/rewards.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { accuracy } from '../../src-main/engine/rewards/accuracy.ts'
import { format } from '../../src-main/engine/rewards/format.ts'
import { judge, score } from '../../src-main/engine/rewards/score.ts'
import { checkRewards, rewards } from '../../src-main/engine/rewards/table.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'
import { hostileTexts } from '../support/hostile-texts.ts'
import { processorTime } from '../support/processor-time.ts'

const problem: Problem = { kind: 'sum', domain: 'math', prompt: '120+99=', answer: '219' }
const ended = (text: string) => ({ text, finished: true, tokens: text.length })
const tokenLimit = 64

describe('accuracy', () => {
  it.each([
    ['<think>guess</think><answer>219</answer>', 'answer 219, as expected'],
    ['<think>120+99=219;</think><answer>0219</answer>', 'answer 0219, as expected'],
    ['<think></think><answer> +219 </answer>', 'answer +219, as expected'],
    ['<think></think>\n<answer>219.0</answer>', 'answer 219.0, as expected'],
    ['<answer>219</answer>', 'answer 219, as expected'],
    // broken form, but one answer outside the thinking: that is the format reward's business
    ['guess</think><answer>219</answer>ok', 'answer 219, as expected'],
  ])('counts %j', (text, reason) => {
    expect(accuracy(ended(text), problem)).toEqual({ value: 1, reason })
  })

  it.each([
    ['<think></think><answer>220</answer>', 'answer 220, expected 219'],
    ['<think></think><answer>-219</answer>', 'answer -219, expected 219'],
    ['<think></think><answer></answer>', 'empty answer, expected 219'],
    ['<think></think><answer>2 19</answer>', 'answer "2 19" is no number, expected 219'],
    ['<think></think><answer>2,19</answer>', 'answer "2,19" is no number, expected 219'],
    ['<think></think><answer>219.5</answer>', 'answer "219.5" is no number, expected 219'],
    ['<think></think><answer>0xdb</answer>', 'answer "0xdb" is no number, expected 219'],
    ['<think>219<answer>219</answer>', 'no closing </think>'],
    ['<think><answer>219</answer></think>219', 'no <answer> after the thinking'],
    ['<think>guess</think>219', 'no <answer> after the thinking'],
    ['<think>guess</think><answer>219', 'no closing </answer>'],
    ['<think></think><answer>219</answer><answer>218</answer>', 'more than one <answer>'],
    ['<think></think><answer>219</answer></answer>', 'more than one </answer>'],
    ['<think></think><answer><answer>219</answer>', 'more than one <answer>'],
    ['<think></think><answer>219</answer><think>', 'no closing </think>'],
    ['<think></think><answer>219</answer><think></think>', 'no <answer> after the thinking'],
    ['', 'no <answer> after the thinking'],
  ])('does not count %j', (text, reason) => {
    expect(accuracy(ended(text), problem)).toEqual({ value: 0, reason })
  })

  it('compares whole numbers of any length exactly', () => {
    const long = { ...problem, answer: `1${'0'.repeat(30)}1` }
    expect(accuracy(ended(`<answer>1${'0'.repeat(30)}1</answer>`), long).value).toBe(1)
    expect(accuracy(ended(`<answer>1${'0'.repeat(30)}2</answer>`), long).value).toBe(0)
    expect(accuracy(ended('<answer>1,234</answer>'), { ...problem, answer: '1234' }).value).toBe(1)
    expect(accuracy(ended('<answer>-0</answer>'), { ...problem, answer: '0' }).value).toBe(1)
    expect(accuracy(ended('<answer>5</answer>'), { ...problem, answer: '' })).toEqual({
      value: null,
      reason: 'no reference answer',
    })
    expect(accuracy(ended('<answer>-3</answer>'), { ...problem, answer: '-3' }).value).toBe(1)
  })
})

describe('format', () => {
  it.each([
    '<think>guess</think><answer>219</answer>',
    '<think></think><answer>wrong</answer>',
    '<think>\nlong\n</think>\n<answer>\n219\n</answer>\n',
  ])('accepts %j', (text) => {
    expect(format(ended(text))).toEqual({ value: 1, reason: 'thinking, then one answer' })
  })

  it.each([
    ['', 'no <think>'],
    ['<think>guess<answer>1</answer>', 'no closing </think>'],
    ['guess<answer>1</answer>', 'no <think>'],
    ['<think>guess</think>1', 'no <answer>'],
    ['<think>guess</think><answer>1', 'no closing </answer>'],
    ['<think>guess</think><answer>1</answer><answer>1</answer>', 'more than one <answer>'],
    ['<think><think>guess</think><answer>1</answer>', 'more than one <think>'],
    ['<think>a</think></think><answer>1</answer>', 'more than one </think>'],
    // a second block in another spelling is a second block
    ['<think>a</think><answer>1<Think>b</Think></answer>', 'more than one <think>'],
    ['<think>a</think><answer>1</answer><thinking>b</thinking>', 'more than one <think>'],
    ['<think>a</think><answer>1</answer>< answer >2</ answer >', 'more than one <answer>'],
    ['<think>a</think><answer>1<think id="2"></answer>', 'more than one <think>'],
    ['<THINK>a</think><answer>1</answer>', '<THINK> in place of <think>'],
    ['<think>a</think><answer>1</answer>\u200b2', 'text after </answer>'],
    ['<think>a</think><answer>1</answer>\n\n\nthe user likes this', 'text after </answer>'],
    ['<think>a</think><answer>1</answer><!-- 1 -->', 'text after </answer>'],
    ['<think><answer>1</answer></think>', 'tags out of order'],
    ['<answer>1</answer><think></think>', 'tags out of order'],
    ['ok<think></think><answer>1</answer>', 'text before <think>'],
    ['<think></think>so<answer>1</answer>', 'text between </think> and <answer>'],
    ['<think></think><answer>1</answer>1', 'text after </answer>'],
    ['<think></think><answer> </answer>', 'empty answer'],
  ])('refuses %j', (text, reason) => {
    expect(format(ended(text))).toEqual({ value: 0, reason })
  })

  it('refuses what was cut, even if it looks whole', () => {
    const cut = { text: '<think></think><answer>219</answer>', finished: false }
    expect(format(cut)).toEqual({ value: 0, reason: 'cut at the token limit' })
  })
})

describe('every reward', () => {
  // the language detector is loaded with its first use
  beforeAll(() => judge('language', { problem, completions: [ended('')], tokenLimit }))

  it.each(Object.keys(hostileTexts))('judges a megabyte of %s at once, with a short reason', async (text) => {
    for (const name of rewardNames) {
      const started = processorTime()
      const [{ reason }] = await judge(name, { problem, completions: [ended(hostileTexts[text])], tokenLimit })
      expect(processorTime() - started, name).toBeLessThan(1000)
      expect(reason.length, name).toBeLessThan(120)
    }
  })

  it('gives a value of its range and a reason for any mixture of tags and text, and never both right and unread', async () => {
    const piece = fc.constantFrom('<think>', '</think>', '<answer>', '</answer>', '219', '220', 'wait', ' ')
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.boolean(), async (pieces, finished) => {
        const text = pieces.join('')
        for (const name of rewardNames) {
          const completions = [{ text, finished, tokens: pieces.length }]
          const [{ value, reason }] = await judge(name, { problem, completions, tokenLimit })
          const [least, most] = rewardInfo[name].range
          expect(value === null || (value >= least && value <= most), `${name} ${value}`).toBe(true)
          expect(reason).not.toBe('')
        }
        // an independent reading of the form
        const whole =
          /^\s*<think>((?!<\/?(think|answer)>)[\s\S])*<\/think>\s*<answer>((?!<\/?(think|answer)>)[\s\S])*<\/answer>\s*$/
        const answered = whole.test(text) && !/<answer>\s*<\/answer>/.test(text)
        expect(format({ text, finished }).value).toBe(answered && finished ? 1 : 0)
        if (!/219(?![^<]*<\/think>)/.test(text)) expect(accuracy({ text, finished }, problem).value).toBe(0)
      }),
      { numRuns: 3000 },
    )
  })

  it('stands in the table under a name of the contract', () => {
    expect(Object.keys(rewards).sort()).toEqual([...rewardNames].sort())
    expect(() => checkRewards({ format: rewards.format })).toThrow(
      'The table of rewards has format; the contract names',
    )
  })
})

describe('the score of a group', () => {
  const group = {
    problem,
    completions: ['<think></think><answer>219</answer>', '<answer>219</answer>', 'no'].map(ended),
    tokenLimit,
  }

  it('is the weighted sum of the rewards that have a weight, and no other is computed', async () => {
    const both = await score(group, { ...defaultSettings, rewardWeights: { accuracy: 2, format: 0.5 } })
    expect(both.map((s) => s.reward)).toEqual([2.5, 2, 0])
    expect(both[0].parts).toEqual({
      accuracy: { value: 1, weight: 2, reason: 'answer 219, as expected' },
      format: { value: 1, weight: 0.5, reason: 'thinking, then one answer' },
    })
    const one = await score(group, { ...defaultSettings, rewardWeights: { format: 0.5 } })
    expect(one.map((s) => Object.keys(s.parts))).toEqual([['format'], ['format'], ['format']])
  })

  it('is computed with the weight 0 too, and then adds nothing', async () => {
    const watched = await score(group, { ...defaultSettings, rewardWeights: { accuracy: 1, format: 0 } })
    expect(watched.map((s) => s.reward)).toEqual([1, 1, 0])
    expect(watched[0].parts.format).toMatchObject({ value: 1, weight: 0 })
  })
})
