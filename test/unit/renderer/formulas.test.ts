import katex from 'katex'
import { describe, expect, it, vi } from 'vitest'
import { longestFormula, mostFormulas, type Piece, piecesOf } from '../../../src-renderer/text/formulas.ts'
import { hostileTexts } from '../../support/hostile-texts.ts'

vi.mock('katex/dist/katex.min.css', () => ({}))

const formulasOf = (text: string) => piecesOf(text).flatMap((piece) => ('tex' in piece ? [piece.tex] : []))
const whole = (pieces: Piece[]) => pieces.map(({ text }) => text).join('')

describe('formulas in a text', () => {
  it.each([
    ['so $x^2$ is', ['x^2']],
    ['$$a+b$$ and \\[c\\] and \\(d\\)', ['a+b', 'c', 'd']],
    ['it costs $5 and $6 more', []],
    ['it costs $5, or $6', []],
    ['between $ x $ blanks', []],
    ['a line $x\ny$ further', []],
    ['escaped \\$x$ and $y$', [], ['y']],
    ['unclosed $x and \\(y', []],
    ['empty $$$$ and \\(\\)', []],
    [`$$${'x'.repeat(longestFormula + 1)}$$`, []],
    ['<think>$1+1=2$</think>', ['1+1=2']],
  ])('of %j', (text, wanted, other = wanted) => {
    expect([wanted, other]).toContainEqual(formulasOf(text))
    expect(whole(piecesOf(text))).toBe(text)
  })

  it('stand where they stood, display ones told apart', () => {
    expect(piecesOf('a $$b$$ c')).toEqual([{ text: 'a ' }, { text: '$$b$$', tex: 'b', display: true }, { text: ' c' }])
    expect(piecesOf('\\(b\\)')).toEqual([{ text: '\\(b\\)', tex: 'b', display: false }])
  })

  it('are only so many', () => {
    expect(formulasOf('$x$ '.repeat(mostFormulas + 50))).toHaveLength(mostFormulas)
  })

  it.each(Object.entries(hostileTexts))('a megabyte of %s is cut quickly, and nothing of it is lost', (_, text) => {
    const started = performance.now()
    expect(whole(piecesOf(text)) === text).toBe(true)
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('typesetting', () => {
  const rendered = async (tex: string): Promise<string> => {
    const { typesetting } = await import('../../../src-renderer/text/typeset.ts')
    // the source that goes along for screen readers is text
    return katex.renderToString(tex, typesetting).replace(/<annotation.*?<\/annotation>/gs, '')
  }

  it.each([
    ['a link', '\\href{javascript:alert(1)}{x}'],
    ['an address', '\\url{https://example.com}'],
    ['a picture', '\\includegraphics{https://example.com/x.png}'],
    ['data of an element', '\\htmlData{x=1}{y}'],
    ['a class', '\\htmlClass{hidden-text}{y}'],
    ['a name', '\\htmlId{root}{y}'],
    ['a style', '\\htmlStyle{position: fixed; inset: 0}{y}'],
  ])('%s is not made', async (_, tex) => {
    const html = await rendered(tex)
    expect(html).not.toMatch(/<a[\s>]|<img|href=|src=|data-x|id="root"|class="[^"]*hidden-text|style="[^"]*fixed/)
  })

  it('markup stays text', async () => {
    const html = await rendered('\\text{<img src=x onerror=alert(1)>}')
    expect(html).not.toContain('<img')
    expect(html).toContain('&lt;img')
  })

  it.each([
    ['macros that call each other without end', '\\def\\x{\\x\\x}\\x'],
    [
      'macros that grow',
      '\\def\\a{xxxxxxxxxx}\\def\\b{\\a\\a\\a\\a\\a\\a\\a\\a}\\def\\c{\\b\\b\\b\\b\\b\\b\\b\\b}'.concat(
        '\\c'.repeat(99),
      ),
    ],
    ['groups within groups', '{'.repeat(longestFormula / 2)],
    ['fractions within fractions', '\\frac1{'.repeat(280)],
    ['what is no formula', '\\nothing{'],
  ])('%s end soon, as an error', async (_, tex) => {
    const started = performance.now()
    await expect(rendered(tex)).rejects.toThrow()
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('no size is larger than it may be', async () => {
    const html = await rendered('\\rule{9999em}{9999em}\\kern{9999em}')
    const sizes = [...html.matchAll(/(-?[\d.]+)em/g)].map(([, size]) => Number(size))
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8)
  })
})
