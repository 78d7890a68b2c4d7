/** An answer's text to the trees that it may mean. */
import { Parser } from './parse.ts'
import { tokensOf, Unreadable } from './tokens.ts'
import type { Node } from './tree.ts'

/** Longer answers are not read: it bounds the time that hostile text can take. */
const MOST_CHARACTERS = 4000

/**
 * The readings of an answer, the likeliest first: `1,234` may be a number or two of them.
 * @throws Unreadable with what is wrong
 */
export function readingsOf(answer: string): Node[] {
  if (answer.length > MOST_CHARACTERS) throw new Unreadable(`is ${answer.length} characters long`)
  // the end of a sentence, and the rest of an equation whose left side stands in another formula
  const bare = answer
    .replace(/^\s*=/, '')
    .replace(/([^.])\.\s*$/, '$1')
    .trim()
  const texts = [bare]
  // thousands; a decimal comma; a blank between thousands
  if (/^[^()[\]{}]*$/.test(bare) && /(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])/.test(bare))
    texts.unshift(bare.replace(/(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])/g, (n) => n.replaceAll(',', '')))
  if (/^[-+]?\d+,\d+$/.test(bare)) texts.push(bare.replace(',', '.'))
  if (/^[-+]?\d{1,3}(?:\s\d{3})+(?:\.\d+)?$/.test(bare)) texts.unshift(bare.replace(/(\d)\s(?=\d{3})/g, '$1'))
  return texts.map((text) => new Parser(tokensOf(text)).answer())
}
