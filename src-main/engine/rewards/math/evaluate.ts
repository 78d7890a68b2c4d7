/** The value of an answer: exactly, where it is made of whole numbers; else at a point, a number for each of its symbols. */

import type { Complex } from './complex.ts'
import * as c from './complex.ts'
import type { Node } from './tree.ts'

export interface Fraction {
  top: bigint
  bottom: bigint
}

/** Larger numbers are not worked out exactly: that bounds time and memory. */
const MOST_BITS = 4096
const tooLarge = (n: bigint) => n.toString(16).length * 4 > MOST_BITS

/** Undefined where a root, a symbol or too large a number is in it, or it is a division by zero. */
export function exactly(node: Node): Fraction | undefined {
  const value = fraction(node)
  if (!value || value.bottom === 0n || tooLarge(value.top) || tooLarge(value.bottom)) return undefined
  return value.bottom < 0n ? { top: -value.top, bottom: -value.bottom } : value
}

function fraction(node: Node): Fraction | undefined {
  switch (node.is) {
    case 'number':
      return node.more ? undefined : { top: node.top, bottom: node.bottom }
    case 'negate': {
      const of = exactly(node.of)
      return of && { top: -of.top, bottom: of.bottom }
    }
    case 'add':
    case 'multiply': {
      const all = node.of.map(exactly)
      return all.reduce((a, b) => {
        if (!a || !b || tooLarge(a.top) || tooLarge(a.bottom)) return undefined
        if (node.is === 'multiply') return { top: a.top * b.top, bottom: a.bottom * b.bottom }
        return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom }
      })
    }
    case 'divide': {
      const [a, b] = [exactly(node.left), exactly(node.right)]
      return a && b && { top: a.top * b.bottom, bottom: a.bottom * b.top }
    }
    case 'power': {
      const [a, b] = [exactly(node.left), exactly(node.right)]
      if (!a || !b || b.bottom !== 1n || b.top > 1000n || b.top < -1000n) return undefined
      const n = b.top < 0n ? -b.top : b.top
      const bits = Math.max(a.top.toString(16).length, a.bottom.toString(16).length) * 4
      if (bits * Number(n) > MOST_BITS) return undefined
      const [top, bottom] = [a.top ** n, a.bottom ** n]
      return b.top < 0n ? { top: bottom, bottom: top } : { top, bottom }
    }
    default:
      return undefined
  }
}

/** The real number of a symbol at a point: its own for each name, away from 0, 1 and their like. */
function symbolAt(name: string, point: number): Complex {
  if (name === 'pi') return c.real(Math.PI)
  if (name === 'e') return c.real(Math.E)
  if (name === 'i') return { re: 0, im: 1 }
  if (name === 'infty') return c.real(Number.POSITIVE_INFINITY)
  let hash = 2166136261 ^ (point * 374761393)
  for (let k = 0; k < name.length; k++) hash = Math.imul(hash ^ name.charCodeAt(k), 16777619)
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507)
  const share = ((hash ^ (hash >>> 13)) >>> 0) / 4294967296
  // positive at the first points, then of either sign
  return c.real((0.3 + 2.4 * share) * (point > 2 && hash % 2 === 0 ? -1 : 1))
}

/** @returns undefined for what is no number: a set, a relation, a matrix */
export function valueAt(node: Node, point: number): Complex | undefined {
  switch (node.is) {
    case 'number':
      return c.real(Number(node.top) / Number(node.bottom))
    case 'symbol':
      return symbolAt(node.name, point)
    case 'add':
    case 'multiply':
      return combined(node.of, point, node.is === 'add' ? c.add : c.multiply)
    case 'negate':
      return combined([node.of], point, c.add, c.negate)
    case 'percent':
      return combined([node.of], point, c.add, (v) => c.divide(v, c.real(100)))
    case 'factorial':
      return combined([node.of], point, c.add, (v) => c.real(factorial(v.re)))
    case 'divide':
    case 'ratio':
      return combined([node.left, node.right], point, c.divide)
    case 'power':
      return combined([node.left, node.right], point, c.power)
    case 'call':
      return call(node.name, node.of, point)
    default:
      return undefined
  }
}

function combined(
  of: Node[],
  point: number,
  join: (a: Complex, b: Complex) => Complex,
  then = (v: Complex) => v,
): Complex | undefined {
  let total: Complex | undefined
  for (const child of of) {
    const value = valueAt(child, point)
    if (!value) return undefined
    total = total ? join(total, value) : value
  }
  return total && then(total)
}

function factorial(n: number): number {
  if (!Number.isInteger(n) || n < 0) return Number.NaN
  let product = 1
  for (let k = 2; k <= n && product !== Number.POSITIVE_INFINITY; k++) product *= k
  return product
}

const reciprocal = (f: (v: Complex) => Complex) => (v: Complex) => c.divide(c.real(1), f(v))
const tan = (v: Complex) => c.divide(c.sin(v), c.cos(v))
const half = (sign: 1 | -1) => (v: Complex) => {
  const [up, down] = [c.exp(v), c.exp(c.negate(v))]
  return c.divide(c.add(up, sign === 1 ? down : c.negate(down)), c.real(2))
}

const known: Record<string, (v: Complex, second?: Complex) => Complex> = {
  sin: c.sin,
  cos: c.cos,
  tan,
  cot: reciprocal(tan),
  sec: reciprocal(c.cos),
  csc: reciprocal(c.sin),
  sinh: half(-1),
  cosh: half(1),
  tanh: (v) => c.divide(half(-1)(v), half(1)(v)),
  arcsin: c.arcsin,
  arccos: (v) => c.add(c.real(Math.PI / 2), c.negate(c.arcsin(v))),
  arctan: (v) => (v.im === 0 ? c.real(Math.atan(v.re)) : { re: Number.NaN, im: 0 }),
  exp: c.exp,
  ln: c.log,
  log: (v, base) => (base ? c.divide(c.log(v), c.log(base)) : c.log(v)),
  lg: (v) => c.divide(c.log(v), c.real(Math.LN10)),
  abs: (v) => c.real(c.absolute(v)),
  floor: (v) => c.real(Math.floor(v.re + 1e-12)),
  ceil: (v) => c.real(Math.ceil(v.re - 1e-12)),
  binom: (n, k) => c.real(k ? factorial(n.re) / (factorial(k.re) * factorial(n.re - k.re)) : Number.NaN),
}

function call(name: string, of: Node[], point: number): Complex | undefined {
  const values: Complex[] = []
  for (const child of of) {
    const value = valueAt(child, point)
    if (!value) return undefined
    values.push(value)
  }
  if (Object.hasOwn(known, name) && values.length > 0) return known[name](values[0], values[1])
  // of no meaning of its own: a fixed smooth function of its arguments, another for each name and place
  const mixed = values.reduce((sum, v, k) => c.add(sum, c.multiply(v, c.real(0.37 + 0.61 * k))), symbolAt(name, 0))
  return c.sin(mixed)
}
