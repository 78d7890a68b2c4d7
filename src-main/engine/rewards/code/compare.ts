/** Whether a program gave what was expected. It is asked outside the sandbox, of texts and plain data: a program has no part in it. */

/** Of numbers with a decimal point, relative to the larger one where that is above 1. */
const tolerance = 1e-6

const close = (a: number, b: number) => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))

/** Line by line, word by word: blank lines and the width of blanks do not count, numbers with a decimal point are compared as numbers. */
export function sameText(got: string, expected: string): boolean {
  const [a, b] = [linesOf(got), linesOf(expected)]
  return a.length === b.length && a.every((line, i) => sameLine(line, b[i]))
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function sameLine(got: string, expected: string): boolean {
  if (got === expected) return true
  const [a, b] = [got.split(/\s+/), expected.split(/\s+/)]
  return a.length === b.length && a.every((word, i) => word === b[i] || sameDecimal(word, b[i]))
}

const decimal = /^[+-]?(\d+\.\d*|\.\d+|\d+(?=[eE]))([eE][+-]?\d+)?$/

/** An integer that is expected must be given as one. */
function sameDecimal(got: string, expected: string): boolean {
  return decimal.test(expected) && /^[+-]?[\d.]+([eE][+-]?\d+)?$/.test(got) && close(Number(got), Number(expected))
}

/** Plain data, as JSON has it. Numbers that are not whole are compared within the tolerance. */
export function sameValue(got: unknown, expected: unknown): boolean {
  if (typeof got === 'number' && typeof expected === 'number')
    return got === expected || (!(Number.isInteger(got) && Number.isInteger(expected)) && close(got, expected))
  if (Array.isArray(got) && Array.isArray(expected))
    return got.length === expected.length && got.every((value, i) => sameValue(value, expected[i]))
  if (got === null || expected === null || typeof got !== 'object' || typeof expected !== 'object')
    return got === expected
  if (Array.isArray(got) || Array.isArray(expected)) return false
  const [a, b] = [got as Record<string, unknown>, expected as Record<string, unknown>]
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  )
}
