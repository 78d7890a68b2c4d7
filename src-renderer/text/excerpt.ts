import { visible } from './visible.ts'

/** The part of a long text around what was searched for, on one line. */
export interface Excerpt {
  before: string
  match: string
  after: string
}

/** Characters before what was found, and after it. */
const lead = 24
const trail = 240

const oneLine = (text: string) => visible(text.replace(/\s+/g, ' '))

/** @param found first character and how many; null gives the text's beginning */
export function excerptOf(text: string, found: readonly [number, number] | null): Excerpt {
  if (!found) return { before: oneLine(text.slice(0, trail)), match: '', after: '' }
  const [at, length] = found
  const start = Math.max(0, at - lead)
  const end = at + length
  return {
    before: oneLine(`${start > 0 ? '…' : ''}${text.slice(start, at)}`),
    match: oneLine(text.slice(at, Math.min(end, at + trail))),
    after: oneLine(text.slice(end, end + trail)),
  }
}
