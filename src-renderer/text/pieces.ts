/** A long text in pieces, none of which ends within a character. */

/** Characters of a piece, about: as much as is read at once, and as is drawn in a moment. */
export const pieceSize = 20_000
/** A text up to here is shown whole: folding less than this away helps nobody. */
export const foldedFrom = 30_000

/** Where a piece that would end here had better end: after a line or a word, where one is near. */
export function pieceEnd(text: string, wanted: number): number {
  if (wanted >= text.length) return text.length
  const near = text.slice(wanted - 200, wanted)
  const at = Math.max(near.lastIndexOf('\n'), near.lastIndexOf(' '))
  if (at >= 0) return wanted - 199 + at
  const code = text.charCodeAt(wanted - 1)
  return code >= 0xd800 && code < 0xdc00 ? wanted - 1 : wanted
}

/** Ends of the pieces from a place on, up to another. */
export function piecesBetween(text: string, from: number, to: number): [from: number, to: number][] {
  const pieces: [number, number][] = []
  for (let at = from; at < to; ) {
    const end = Math.min(to, pieceEnd(text, at + pieceSize))
    pieces.push([at, end])
    at = end
  }
  return pieces
}

/** The next place of what is looked for, whichever case; round again at the end. Null: nowhere. */
export function findIn(text: string, wanted: string, from: number): number | null {
  if (wanted === '') return null
  const expression = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu')
  for (const start of [from, 0]) {
    expression.lastIndex = start
    const found = expression.exec(text)
    if (found) return found.index
  }
  return null
}
