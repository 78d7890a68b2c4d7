import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rewardNames } from '../../src-main/contract/settings.ts'
import { accuracy } from '../../src-main/engine/rewards/accuracy.ts'
import { format } from '../../src-main/engine/rewards/format.ts'
import { checkRewards, rewards } from '../../src-main/engine/rewards/table.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'

const problem: Problem = { kind: 'sum', prompt: '120+99=', answer: '219' }
const ended = (text: string) => ({ text, finished: true })
const megabyte = (unit: string) => unit.repeat(Math.ceil(1_000_000 / unit.length))

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
  const hostile: Record<string, string> = {
    'open tags': megabyte('<think>'),
    'closing tags': megabyte('</think></answer>'),
    'nested answers': megabyte('<answer>'),
    'whole answers': megabyte('<think></think><answer>219</answer>'),
    'half tags': megabyte('<thin<answe</thin'),
    'a long answer': `<think></think><answer>${megabyte('9')}</answer>`,
    'a long almost-number': `<think></think><answer>${megabyte('9')}x</answer>`,
    'a long fraction': `<think></think><answer>1.${megabyte('0')}1</answer>`,
    'thousands without end': `<think></think><answer>1${megabyte(',000')},</answer>`,
    'a long answer of blanks': `<think></think><answer>${megabyte(' ')}.</answer>`,
    'a long right answer': `<think>${megabyte('wait')}</think><answer>${megabyte('0')}219</answer>`,
  }

  it.each(Object.keys(hostile))('judges a megabyte of %s at once, with a short reason', (name) => {
    for (const { score } of rewards) {
      const started = performance.now()
      const { reason } = score(ended(hostile[name]), problem)
      expect(performance.now() - started).toBeLessThan(500)
      expect(reason.length).toBeLessThan(120)
    }
  })

  it('gives 0 or 1 and a reason for any mixture of tags and text, and never both right and unread', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<answer>', '</answer>', '219', '220', 'wait', ' ')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, finished) => {
        const text = pieces.join('')
        for (const { score } of rewards) {
          const { value, reason } = score({ text, finished }, problem)
          expect([0, 1]).toContain(value)
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
    expect(rewards.map((rule) => rule.name).sort()).toEqual([...rewardNames].sort())
    expect(() => checkRewards(rewards.slice(1))).toThrow('The table of rewards has format; the contract names')
    expect(() => checkRewards([...rewards, rewards[0]])).toThrow('accuracy, accuracy, format')
  })
})
