/** Whether two answers are the same: values, not letters. */

import type { Complex } from './complex.ts'
import * as c from './complex.ts'
import { exactly, valueAt } from './evaluate.ts'
import { folded } from './matrix.ts'
import { childrenOf, hasDecimals, type Node, type Relation, statedDigits } from './tree.ts'

/** Points at which symbols get numbers: two expressions that agree at all of them are taken to be equal (Schwartz–Zippel). */
const POINTS = 6
const MOST_ITEMS = 64

export interface Comparison {
  /** Decimal fractions are equal when they differ by at most half a unit of this decimal place. */
  precision: number
}

type Relational = Extract<Node, { is: 'relation' }>

export function same(expected: Node, given: Node, by: Comparison): boolean {
  const [a, b] = [prepared(expected), prepared(given)]
  if (a.is === 'relation' && b.is === 'relation' && isMember(a) === isMember(b)) return sameRelation(a, b, by)
  if (a.is === 'relation' && !(b.is === 'relation' && isMember(b))) {
    const value = claimOf(a) ?? intervalOf(a)
    return value !== undefined && same(value, b, by)
  }
  if (b.is === 'relation') {
    const value = claimOf(b) ?? intervalOf(b)
    return value !== undefined && same(a, value, by)
  }
  if (isMany(a) || isMany(b)) return sameMany(a, b, by)
  if (a.is === 'bracket' && b.is === 'bracket')
    return a.open === b.open && a.close === b.close && sameInOrder(a.of, b.of, by)
  if (a.is === 'union' && b.is === 'union') return sameInAnyOrder(a.of, b.of, by)
  if (a.is === 'matrix' && b.is === 'matrix')
    return a.rows.length === b.rows.length && a.rows.every((row, i) => sameInOrder(row, b.rows[i], by))
  if (a.is === 'ratio' && b.is === 'ratio' && isZero(a.right) && isZero(b.right)) return sameValue(a.left, b.left, by)
  return sameValue(a, b, by)
}

type Many = Extract<Node, { is: 'list' | 'set' }>
const isMany = (node: Node): node is Many => node.is === 'list' || node.is === 'set'
/** `x ∈ S` */
const isMember = (node: Relational) => node.by.length === 1 && node.by[0] === 'in'
const isZero = (node: Node) => exactly(node)?.top === 0n

/** Matrices worked out, and ± written as its two values. */
function prepared(node: Node): Node {
  const one = folded(node)
  if (one.is === 'relation' || isMany(one) || one.is === 'bracket' || !hasSigns(one)) return one
  return { is: 'list', of: [signed(one, false), signed(one, true)] }
}

const hasSigns = (node: Node): boolean => node.is === 'either-sign' || childrenOf(node).some(hasSigns)

function signed(node: Node, minus: boolean): Node {
  if (node.is === 'either-sign') return minus ? { is: 'negate', of: signed(node.of, minus) } : signed(node.of, minus)
  if (node.is === 'number' || node.is === 'symbol' || node.is === 'matrix') return node
  if ('left' in node) return { ...node, left: signed(node.left, minus), right: signed(node.right, minus) }
  const of = Array.isArray(node.of) ? node.of.map((n) => signed(n, minus)) : signed(node.of, minus)
  return { ...node, of } as Node
}

/** Sets and lists in any order; a list and a pair in order. Labels do not count: x = 1, x = 2 is 1, 2. */
function sameMany(a: Node, b: Node, by: Comparison): boolean {
  if (isMany(a) && isMany(b)) return sameInAnyOrder(itemsOf(a), itemsOf(b), by)
  return isMany(a) ? sameAsOne(a, b, by) : isMany(b) && sameAsOne(b, a, by)
}

function sameAsOne(many: Many, one: Node, by: Comparison): boolean {
  const items = itemsOf(many)
  if (one.is === 'bracket') return many.is === 'list' && one.open === '(' && sameInOrder(items, one.of, by)
  return one.is !== 'union' && items.length === 1 && same(items[0], one, by)
}

function itemsOf(node: Many): Node[] {
  return node.of.flatMap((item) => {
    const one = prepared(item)
    return one.is === 'list' ? one.of : [one]
  })
}

function sameInOrder(a: Node[], b: Node[], by: Comparison): boolean {
  return a.length === b.length && a.every((item, i) => same(item, b[i], by))
}

function sameInAnyOrder(a: Node[], b: Node[], by: Comparison): boolean {
  if (a.length > MOST_ITEMS || b.length > MOST_ITEMS) return false
  const covers = (one: Node[], other: Node[], swapped: boolean) =>
    one.every((x) => other.some((y) => (swapped ? same(y, x, by) : same(x, y, by))))
  return covers(a, b, false) && covers(b, a, true)
}

/** What `x = 1/3`, `k = 2 + 1 = 3`, `x ≈ 11` and `x ∈ S` say; undefined for an equation such as `2x + z = 1`. */
function claimOf({ of, by }: Relational): Node | undefined {
  if (by.some((r) => r !== '=' && r !== '~' && r !== 'in')) return undefined
  const constant = !hasSymbols(of[0]) && !hasSymbols(of[1])
  // of a value and what it is about, the value
  if (by.length === 1 && by[0] === '~' && !(isLabel(of[0]) && !isConstant(of[0]))) return of[0]
  if (by.length === 1) return isLabel(of[0]) || by[0] === 'in' || constant ? of[1] : undefined
  const rough = by.indexOf('~')
  return of[rough < 0 ? by.length : Math.max(rough, 1)]
}

const isConstant = (node: Node) => node.is === 'symbol' && (node.name === 'pi' || node.name === 'e')

/** A name for a value: x, f(x), |AB|, S:T, (p, q). */
function isLabel(node: Node): boolean {
  if (node.is === 'symbol') return true
  const allowed = ['call', 'multiply', 'divide', 'ratio', 'bracket', 'list']
  return allowed.includes(node.is) && childrenOf(node).every(isLabel)
}

/** `a < x ≤ b` or `x > a` as an interval. */
function intervalOf({ of, by }: Relational): Node | undefined {
  const down = by.every((r) => r === '>' || r === '>=')
  if (!down && !by.every((r) => r === '<' || r === '<=')) return undefined
  const [parts, signs] = down ? [[...of].reverse(), [...by].reverse()] : [of, by]
  const infinity: Node = { is: 'symbol', name: 'infty' }
  const bracket = (low: Node, lowOpen: boolean, high: Node, highOpen: boolean): Node => ({
    is: 'bracket',
    open: lowOpen ? '(' : '[',
    close: highOpen ? ')' : ']',
    of: [low, high],
  })
  const open = (r: Relation) => r === '<' || r === '>'
  if (parts.length === 3) return bracket(parts[0], open(signs[0]), parts[2], open(signs[1]))
  if (parts.length !== 2) return undefined
  if (isLabel(parts[0])) return bracket({ is: 'negate', of: infinity }, true, parts[1], open(signs[0]))
  return isLabel(parts[1]) ? bracket(parts[0], open(signs[0]), infinity, true) : undefined
}

interface Pair {
  by: '=' | '!=' | '<' | '<='
  left: Node
  right: Node
}

/** Links of a chain, each with the smaller side on the left. */
function pairsOf({ of, by }: Relational): Pair[] {
  return by.map((r, i): Pair => {
    const [left, right] = [of[i], of[i + 1]]
    if (r === '>' || r === '>=') return { by: r === '>' ? '<' : '<=', left: right, right: left }
    return { by: r === '!=' || r === '<' || r === '<=' ? r : '=', left, right }
  })
}

function sameRelation(a: Relational, b: Relational, by: Comparison): boolean {
  const [first, second] = [shortened(a), shortened(b)]
  const [p, q] = [pairsOf(first), pairsOf(second)]
  if (p.length !== q.length) return false
  return p.every((x) => q.some((y) => samePair(x, y, by))) && q.every((y) => p.some((x) => samePair(x, y, by)))
}

/** `x = 5 + 6 = 11` says `x = 11`. */
function shortened(node: Relational): Relational {
  const value = node.by.length > 1 ? claimOf(node) : undefined
  return value ? { is: 'relation', of: [node.of[0], value], by: ['='] } : node
}

/** The same up to a factor: (left − right) of one is a constant multiple of the other's, a positive one where order matters. */
function samePair(a: Pair, b: Pair, by: Comparison): boolean {
  if (a.by !== b.by) return false
  const ratios: Complex[] = []
  let zeros = 0
  for (let point = 0; point < POINTS; point++) {
    const [x, y] = [difference(a, point), difference(b, point)]
    if (!x || !y) return isLabel(a.left) && same(a.left, b.left, by) && same(a.right, b.right, by)
    if (!finite(x) || !finite(y)) continue
    if (c.absolute(x) < 1e-12 && c.absolute(y) < 1e-12) zeros++
    else ratios.push(c.divide(x, y))
  }
  if (zeros === POINTS) return true
  if (ratios.length < 2 || ratios.some((r) => !finite(r) || c.absolute(r) < 1e-12)) return false
  const ordered = a.by === '<' || a.by === '<='
  if (ordered && ratios.some((r) => r.re <= 0)) return false
  const tolerance = hasDecimals(a.left) || hasDecimals(a.right) || hasDecimals(b.left) || hasDecimals(b.right)
  const near = tolerance ? 0.5 * 10 ** -by.precision : 1e-8
  return ratios.every((r) => c.absolute(c.add(r, c.negate(ratios[0]))) <= near * c.absolute(ratios[0]))
}

function difference({ left, right }: Pair, point: number): Complex | undefined {
  const [x, y] = [valueAt(left, point), valueAt(right, point)]
  return x && y && c.add(x, c.negate(y))
}

const finite = (v: Complex) => Number.isFinite(v.re) && Number.isFinite(v.im)

/** Numbers and expressions: exactly where both are made of whole numbers, else at points. 28 % is 28 and 0.28. */
function sameValue(a: Node, b: Node, by: Comparison): boolean {
  if (a.is === 'percent' && b.is === 'percent') return sameValue(a.of, b.of, by)
  if (a.is === 'percent') return sameValue(a.of, b, by) || sameNumber(a, b, by)
  if (b.is === 'percent') return sameValue(a, b.of, by) || sameNumber(a, b, by)
  return sameNumber(a, b, by)
}

function sameNumber(a: Node, b: Node, by: Comparison): boolean {
  const rounded = hasDecimals(a) || hasDecimals(b)
  const stated = [statedDigits(a) ?? 99, statedDigits(b) ?? 99]
  const tolerance = Math.min(...stated) < 99 ? 10 ** -Math.min(...stated) : rounded ? 0.5 * 10 ** -by.precision : 0
  const [x, y] = [exactly(a), exactly(b)]
  if (x && y) {
    const difference = x.top * y.bottom - y.top * x.bottom
    if (difference === 0n || tolerance === 0) return difference === 0n
    const size = difference < 0n ? -difference : difference
    return Number((size * 10n ** 12n) / (x.bottom * y.bottom)) / 1e12 <= tolerance
  }
  return sameAtPoints(a, b, tolerance)
}

function sameAtPoints(a: Node, b: Node, tolerance: number): boolean {
  const points = hasSymbols(a) || hasSymbols(b) ? POINTS : 1
  let seen = 0
  for (let point = 0; point < points; point++) {
    const [x, y] = [valueAt(a, point), valueAt(b, point)]
    if (!x || !y) return false
    if (x.re === y.re && x.im === y.im && !Number.isNaN(x.re)) {
      // two numbers too large for a double are not known to be equal; the symbol ∞ is
      if (finite(x) || hasInfinity(a)) seen++
      continue
    }
    if (!finite(x) && !finite(y)) continue
    if (!finite(x) || !finite(y)) return false
    const size = Math.max(c.absolute(x), c.absolute(y))
    if (!(c.absolute(c.add(x, c.negate(y))) <= tolerance + 1e-9 * size)) return false
    seen++
  }
  return seen >= Math.min(points, 3)
}

const hasSymbols = (node: Node): boolean => node.is === 'symbol' || childrenOf(node).some(hasSymbols)
const hasInfinity = (node: Node): boolean =>
  (node.is === 'symbol' && node.name === 'infty') || childrenOf(node).some(hasInfinity)
