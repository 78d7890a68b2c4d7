/**
 * Whether the mathematical answer is right in value, not in letters: R1's rule-based accuracy for problems with a definite answer (Guo et al.
 * 2025, Methods). What counts as equal follows Hugging Face's Math-Verify; docs/rewards.md tells how far.
 */
import type { ParametersOf } from '../../../contract/rewards.ts'
import { excerpt } from '../completion.ts'
import type { Completion, Question, Verdict } from '../reward.ts'
import { same } from './compare.ts'
import { answersIn, answersInReference, type Found } from './extract.ts'
import { wordOf } from './parse.ts'
import { readingsOf } from './readings.ts'
import { Unreadable } from './tokens.ts'
import type { Node } from './tree.ts'

/** 1 if the answer has the reference's value, 0 if not; no verdict on puzzles, and where the reference itself cannot be read. */
export function math(
  { text }: Pick<Completion, 'text' | 'finished'>,
  { answer: reference, data }: Pick<Question, 'answer' | 'data'>,
  { precision }: ParametersOf<'math'>,
): Verdict {
  // an expression that reaches a number is not compared with one that does: its verifier works it out
  if (data?.puzzle !== undefined) return { value: null, reason: 'a puzzle, which the reward logic judges' }
  const expected = answersInReference(reference)[0]
  const shown = excerpt(expected?.answer || reference)
  const trees = expected && (isWord(expected.answer) ? [] : readings(expected.answer))
  if (!expected || trees === undefined) return { value: null, reason: `the reference "${shown}" cannot be read` }
  const candidates = answersIn(text)
  if (candidates.length === 0) return { value: 0, reason: `no answer outside the thinking, expected ${shown}` }
  let seen: Found | undefined
  for (const found of candidates) {
    if (lettersOf(found.answer) === lettersOf(expected.answer)) return right(found)
    const given = readings(found.answer)
    if (given === undefined) continue
    seen ??= found
    if (trees.some((a) => given.some((b) => same(a, b, { precision })))) return right(found)
  }
  const unread = seen ? '' : ', which cannot be read'
  const { answer, where } = seen ?? candidates[0]
  return {
    value: 0,
    reason: `answer ${excerpt(answer)}${unread}, expected ${shown}`,
    parts: { answer: excerpt(answer), where },
  }
}

function right({ answer, where }: Found): Verdict {
  return { value: 1, reason: `answer ${excerpt(answer)}, as expected`, parts: { answer: excerpt(answer), where } }
}

/** Undefined if it cannot be read. */
export function readings(answer: string): Node[] | undefined {
  try {
    return readingsOf(answer)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

/** A name or a sentence as the reference: only the same words are right. */
const isWord = (answer: string) => {
  const text = answer.replace(/^\s*\\(?:text|textbf|mathrm)\s*\{([^{}]*)\}\s*$/, '$1')
  return (
    text.length <= 200 &&
    /^[\p{L}\s'’.,-]{2,}$/u.test(text) &&
    /\p{L}{3}/u.test(text) &&
    !/^(?:pi|inf|sin|cos|tan|log|ln)$/.test(text.trim())
  )
}

/** The letters alone: text marks, dollar signs, blanks, brackets around one choice and the case of words do not count. */
export function lettersOf(answer: string): string {
  const plain = answer
    .replace(/\\(?:text|textbf|mathrm|mbox)\s*\{([^{}]*)\}/g, '$1')
    .replace(/\\(?:left|right|[,;!: ])|\$|\s/g, '')
  const word = wordOf(plain)
  return /^\p{L}{2,}/u.test(word) ? word.toLowerCase() : /^\p{L}$/u.test(word) ? word : plain
}
