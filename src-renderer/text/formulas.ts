/** The formulas of a text, told by their delimiters: $…$, $$…$$, \(…\), \[…\]. What is none stays text. */

export type Piece = { text: string } | { text: string; tex: string; display: boolean }

/** A longer one is text: no person reads it, and it takes long to typeset. */
export const longestFormula = 2000
/** Further ones of a text stay as they are written. */
export const mostFormulas = 300

const closings: Record<string, string> = { $$: '$$', '\\[': '\\]', '\\(': '\\)', $: '$' }
/** A backslash before a sign makes it text. */
const opening = /\\[\\$]|\$\$|\\\[|\\\(|\$/g

/** In time proportional to the text: a mark that is never closed is looked for once. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  const unclosed = new Set<string>()
  let at = 0
  let formulas = 0
  opening.lastIndex = 0
  for (let found = opening.exec(text); found && formulas < mostFormulas; found = opening.exec(text)) {
    const [mark] = found
    const closing = closings[mark]
    if (closing === undefined || unclosed.has(mark)) continue
    const from = opening.lastIndex
    const to = text.indexOf(closing, from)
    if (to < 0) unclosed.add(mark)
    else if (isFormula(mark, text, from, to)) {
      if (found.index > at) pieces.push({ text: text.slice(at, found.index) })
      at = to + closing.length
      const display = mark === '$$' || mark === '\\['
      pieces.push({ text: text.slice(found.index, at), tex: text.slice(from, to), display })
      opening.lastIndex = at
      formulas++
    }
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}

/** Amounts of money are none: a lone $ has no blank within it, stays on its line, and no digit follows it. */
function isFormula(mark: string, text: string, from: number, to: number): boolean {
  if (to - from > longestFormula || text.slice(from, to).trim() === '') return false
  if (mark !== '$') return true
  const inside = text.slice(from, to)
  return !/^\s|\s$|\n/.test(inside) && !/\d/.test(text[to + 1] ?? '')
}
