import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference } from '../../../src-renderer/text/difference.ts'
import { excerptOf } from '../../../src-renderer/text/excerpt.ts'
import { parseResponse } from '../../../src-renderer/text/response.ts'
import { spansOf } from '../../../src-renderer/text/spans.ts'

describe('a response taken apart', () => {
  it('sets the reasoning apart from the answer', () => {
    expect(parseResponse('<think>1+1=2;</think><answer>2</answer>')).toEqual({
      before: '',
      think: '1+1=2;',
      thinkClosed: true,
      between: '',
      answer: '2',
      answerClosed: true,
      rest: '',
    })
  })

  it.each([
    ['no tags at all', 'just 7', { before: 'just 7', think: null, answer: null }],
    ['cut while thinking', '<think>75+73=1', { think: '75+73=1', thinkClosed: false, answer: null }],
    ['think not closed', '<think>hm<answer>7</answer>', { think: 'hm', thinkClosed: false, answer: '7' }],
    ['answer alone', '<answer>7</answer>', { think: null, answer: '7', answerClosed: true }],
    ['answer not closed', '<think>a</think><answer>7', { answer: '7', answerClosed: false }],
    ['text around', 'a<think>b</think>c<answer>d</answer>e', { before: 'a', between: 'c', rest: 'e' }],
    [
      'answer before think',
      '<answer>7</answer><think>x</think>',
      { think: null, answer: '7', rest: '<think>x</think>' },
    ],
  ])('%s', (_, text, expected) => {
    expect(parseResponse(text)).toMatchObject(expected)
  })

  it('loses nothing but the tags, whatever is written', () => {
    const piece = fc.constantFrom('<think>', '</think>', '<answer>', '</answer>', 'wait', '12', ' ', '<b>')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        const r = parseResponse(text)
        const parts = [
          r.before,
          r.think === null ? '' : `<think>${r.think}`,
          r.thinkClosed ? '</think>' : '',
          r.between,
          r.answer === null ? '' : `<answer>${r.answer}`,
          r.answerClosed ? '</answer>' : '',
          r.rest,
        ]
        expect(parts.join('')).toBe(text)
      }),
    )
  })
})

describe('spans of a chain of thought', () => {
  it('marks reconsidering words and wrong sums, with what they should say', () => {
    expect(spansOf('75+73=149wait5+3=8,7+7=14:148;')).toEqual([
      { kind: 'wrong', text: '75+73=149', correction: '75+73=148' },
      { kind: 'reflection', text: 'wait' },
      { kind: 'plain', text: '5+3=8,7+7=14:148;' },
    ])
  })

  it.each(['12-7=5', '6*7=42', '2+3*4=14', '13-7=6,8-4-1=3', 'no sums here', '99999999*99999999*99999999=1'])(
    'leaves %s as it is',
    (text) => {
      expect(spansOf(text)).toEqual([{ kind: 'plain', text }])
    },
  )

  it('keeps every character', () => {
    const piece = fc.constantFrom('1+1=2', '1+1=3', 'wait', 'hmm', ';', ' ', '7*8=', '54')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('')
        expect(
          spansOf(text)
            .map((s) => s.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })
})

describe('differences to a neighbour', () => {
  it('marks what the neighbour lacks', () => {
    expect(difference('75+73=148;wait', '75+73=149;')).toEqual([
      { text: '75+73=', fresh: false },
      { text: '148', fresh: true },
      { text: ';', fresh: false },
      { text: 'wait', fresh: true },
    ])
  })

  it('keeps every character, and marks nothing in equal texts', () => {
    const text = fc.array(fc.constantFrom('1', '23', '+', '=', 'wait', ' '), { maxLength: 20 }).map((a) => a.join(''))
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(
          difference(a, b)
            .map((p) => p.text)
            .join(''),
        ).toBe(a)
        expect(difference(a, a).some((p) => p.fresh)).toBe(false)
      }),
    )
  })
})

describe('an excerpt', () => {
  it('shows what was found with a little before it, on one line', () => {
    const text = `${'a'.repeat(50)} b\n wait c`
    expect(excerptOf(text, [text.indexOf('wait'), 4])).toEqual({
      before: `…${'a'.repeat(20)} b `,
      match: 'wait',
      after: ' c',
    })
    expect(excerptOf('x\ny', null)).toEqual({ before: 'x y', match: '', after: '' })
    expect(excerptOf('xy'.repeat(400), [0, 800]).match).toHaveLength(240)
  })
})
