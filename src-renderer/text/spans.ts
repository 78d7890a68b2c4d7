/** Reasoning cut into spans: reflection words, sums that are wrong, everything else. */
import { reflectionWords } from '../../src-main/contract/metrics.ts'

export interface Span {
  text: string
  kind: 'plain' | 'reflection' | 'wrong'
  /** For a wrong sum: what it should say. */
  correction?: string
}

const sum = /(\d+(?:[+\-−*×x]\d+)+)=(\d+)/g
/** The same occurrences that the metric counts. */
const word = new RegExp(reflectionWords.join('|'), 'gi')

/** Products before sums, left to right. Undefined past the integers that doubles hold exactly. */
function evaluate(expression: string): number | undefined {
  const terms = expression.replaceAll('−', '-').split(/(?=[+-])/)
  let total = 0
  for (const term of terms) {
    const product = term
      .replace(/^[+-]/, '')
      .split(/[*×x]/)
      .map(Number)
      .reduce((a, b) => a * b, 1)
    total += term.startsWith('-') ? -product : product
  }
  return Number.isSafeInteger(total) ? total : undefined
}

export function spansOf(text: string): Span[] {
  const found: { at: number; span: Span }[] = []
  for (const match of text.matchAll(sum)) {
    const value = evaluate(match[1])
    if (value !== undefined && value !== Number(match[2]))
      found.push({ at: match.index, span: { kind: 'wrong', text: match[0], correction: `${match[1]}=${value}` } })
  }
  for (const match of text.matchAll(word)) found.push({ at: match.index, span: { kind: 'reflection', text: match[0] } })
  found.sort((a, b) => a.at - b.at)
  const spans: Span[] = []
  let at = 0
  for (const { at: start, span } of found) {
    if (start < at) continue
    if (start > at) spans.push({ kind: 'plain', text: text.slice(at, start) })
    spans.push(span)
    at = start + span.text.length
  }
  if (at < text.length) spans.push({ kind: 'plain', text: text.slice(at) })
  return spans
}
