import { describe, expect, test } from 'vitest'
import { difference } from '../../../src-renderer/text/difference.ts'
import { excerptOf } from '../../../src-renderer/text/excerpt.ts'
import { findIn, foldedFrom, pieceEnd, pieceSize, piecesBetween } from '../../../src-renderer/text/pieces.ts'
import { glimpse, visible } from '../../../src-renderer/text/visible.ts'

describe('what a model wrote', () => {
  test('has its control characters as pictures, and what turns or hides by its number', () => {
    expect(visible('a\0b\u001b[31mc\u007f')).toBe('a␀b␛[31mc␡')
    expect(visible('user\u202etxt.exe\u2066\u200b\ufeff')).toBe('user⟨U+202E⟩txt.exe⟨U+2066⟩⟨U+200B⟩⟨U+FEFF⟩')
    expect(visible('\ud800 \udc00x')).toBe('⟨U+D800⟩ ⟨U+DC00⟩x')
    expect(visible('\u0085')).toBe('⟨U+0085⟩')
  })

  test('keeps lines, tabs, letters of every script and what joins them', () => {
    for (const text of ['a\n\tb\r\nc', 'שלום عليكم', '我们 ☃ 😀', 'क्‍ष', 'می‌خواهم']) expect(visible(text)).toBe(text)
    expect(visible('a\rb')).toBe('a␍b')
  })

  test('is cut where a line has room for no more', () => {
    expect(glimpse('x'.repeat(400))).toBe(`${'x'.repeat(300)}…`)
    expect(excerptOf('\u202eabc', null).before).toBe('⟨U+202E⟩abc')
  })

  test('of ten million characters is folded, found in and not compared, in no time', () => {
    const text = `${'lorem ipsum '.repeat(850_000)}eureka`
    const begun = performance.now()
    expect(text.length).toBeGreaterThan(10_000_000)
    expect(findIn(text, 'EUREKA', 0)).toBe(text.length - 6)
    expect(findIn(text, 'nowhere', 0)).toBeNull()
    expect(difference(text, `${text}x`)).toEqual([{ text, fresh: false }])
    expect(performance.now() - begun).toBeLessThan(3000)
  })
})

describe('pieces', () => {
  test('hold all of a text, none ends within a character or, where that can be, a word', () => {
    for (const text of ['word '.repeat(20_000), '😀'.repeat(30_001), `x${'😀'.repeat(30_000)}`, 'y'.repeat(50_001)]) {
      const pieces = piecesBetween(text, 0, text.length)
      expect(pieces.map(([from, to]) => text.slice(from, to)).join('')).toBe(text)
      for (const [from, to] of pieces) {
        expect(text.slice(from, to).isWellFormed()).toBe(true)
        expect(to - from).toBeLessThanOrEqual(pieceSize)
      }
    }
    const words = 'word '.repeat(20_000)
    expect(words[pieceEnd(words, 20_002) - 1]).toBe(' ')
    expect(foldedFrom).toBeGreaterThan(pieceSize)
  })

  test('are searched as written, in either case, and round again', () => {
    expect(findIn('a.b A.B axb', 'a.b', 1)).toBe(4)
    expect(findIn('a.b A.B axb', 'a.b', 5)).toBe(0)
    expect(findIn('abc', '', 0)).toBeNull()
  })
})
