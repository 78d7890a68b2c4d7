/** Arithmetic as an answer: read from left to right with two stacks, worked out in exact fractions, with the numbers that it uses. */

export interface Fraction {
  top: bigint
  bottom: bigint
}

export type Expression = { value: Fraction; numbers: number[]; problem?: undefined } | { problem: string }

const rank: Readonly<Record<string, number>> = { '+': 1, '-': 1, '*': 2, '/': 2 }

/** Other ways to write the signs. */
const spellings: [RegExp, string][] = [
  [/\\(?:times|cdot|ast)\b|[×·∙⋅x]/g, '*'],
  [/\\div\b|÷/g, '/'],
  [/[−–]/g, '-'],
  [/\\(?:left|right|[,;! ])|[$`\s]/g, ''],
  [/[[{]/g, '('],
  [/[\]}]/g, ')'],
]

/** The one plain spelling of what was written: signs + - * / and round brackets, no blanks. */
export const plainly = (text: string): string =>
  spellings
    .reduce((plain, [from, to]) => plain.replace(from, to), text.replace(/^\s*\\boxed\s*/, ''))
    .replace(/\.$/, '')

/** @param text as `plainly` gives it @param mayUse numbers, each once; what uses another, or one too often, is not worked out */
export function readExpression(text: string, mayUse: readonly number[]): Expression {
  const values: Fraction[] = []
  const signs: string[] = []
  const left = [...mayUse]
  const numbers: number[] = []
  let wantsValue = true
  /** Works out the last sign. @returns false for a division by 0 */
  const reduce = (): boolean => {
    const [b, a] = [values.pop()!, values.pop()!]
    const value = apply(a, signs.pop()!, b)
    if (value) values.push(value)
    return value !== undefined
  }
  const byZero = { problem: 'it divides by 0' }
  for (const [token] of text.matchAll(/\d+|[^\d]/g)) {
    if (/\d/.test(token)) {
      if (!wantsValue) return { problem: `there is no sign before ${token}` }
      const number = Number(token)
      const at = left.indexOf(number)
      if (at < 0)
        return {
          problem: mayUse.includes(number)
            ? `it uses ${number} more often than it is given`
            : `it uses ${shown(token)}, which is not given`,
        }
      left.splice(at, 1)
      numbers.push(number)
      values.push({ top: BigInt(number), bottom: 1n })
      wantsValue = false
    } else if (token === '(') {
      if (!wantsValue) return { problem: 'there is no sign before a bracket' }
      signs.push(token)
    } else if (token === ')') {
      if (wantsValue) return { problem: 'a bracket closes where a number should be' }
      while (signs.length > 0 && signs.at(-1) !== '(') if (!reduce()) return byZero
      if (signs.pop() !== '(') return { problem: 'a bracket closes that was not opened' }
    } else if (rank[token]) {
      if (wantsValue) return { problem: `there is no number before ${token}` }
      while (signs.length > 0 && rank[signs.at(-1)!] >= rank[token]) if (!reduce()) return byZero
      signs.push(token)
      wantsValue = true
    } else return { problem: `"${token}" is no part of an expression` }
  }
  if (wantsValue)
    return { problem: numbers.length === 0 ? 'there is no number in it' : 'it ends where a number should be' }
  while (signs.length > 0) {
    if (signs.at(-1) === '(') return { problem: 'a bracket stays open' }
    if (!reduce()) return byZero
  }
  return { value: values[0], numbers }
}

/** `22`, `5/2`. */
export function fractionText({ top, bottom }: Fraction): string {
  if (top % bottom === 0n) return String(top / bottom)
  const divisor = gcd(top < 0n ? -top : top, bottom < 0n ? -bottom : bottom) * (bottom < 0n ? -1n : 1n)
  return `${top / divisor}/${bottom / divisor}`
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))

const shown = (digits: string) => (digits.length <= 12 ? digits : `${digits.slice(0, 11)}…`)

function apply(a: Fraction, sign: string, b: Fraction): Fraction | undefined {
  if (sign === '*') return { top: a.top * b.top, bottom: a.bottom * b.bottom }
  if (sign === '/') return b.top === 0n ? undefined : { top: a.top * b.bottom, bottom: a.bottom * b.top }
  const right = a.bottom * b.top
  return { top: a.top * b.bottom + (sign === '+' ? right : -right), bottom: a.bottom * b.bottom }
}
