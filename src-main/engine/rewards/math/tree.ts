/** A mathematical answer as a tree. */

export type Relation = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '~'

export type Node =
  /** digits: decimals written; more: an ellipsis follows them. */
  | { is: 'number'; top: bigint; bottom: bigint; digits: number; more: boolean }
  | { is: 'symbol'; name: string }
  | { is: 'add' | 'multiply'; of: Node[] }
  | { is: 'negate' | 'percent' | 'either-sign' | 'factorial'; of: Node }
  | { is: 'divide' | 'power' | 'ratio'; left: Node; right: Node }
  /** What has no meaning of its own here (f, a sum over k) is a function too: equal arguments give equal values. */
  | { is: 'call'; name: string; of: Node[] }
  /** `(a, b)`, `[a, b)`: a tuple or an interval. */
  | { is: 'bracket'; open: '(' | '['; close: ')' | ']'; of: Node[] }
  | { is: 'set' | 'list'; of: Node[] }
  | { is: 'union'; of: Node[] }
  | { is: 'relation'; of: Node[]; by: Relation[] }
  | { is: 'matrix'; rows: Node[][] }

export const whole = (value: number): Node => ({
  is: 'number',
  top: BigInt(value),
  bottom: 1n,
  digits: 0,
  more: false,
})

/** Whether a decimal fraction stands anywhere in it: then equality is up to rounding. */
export function hasDecimals(node: Node): boolean {
  return node.is === 'number' ? node.digits > 0 : childrenOf(node).some(hasDecimals)
}

/** The fewest digits that an ellipsis follows (`1.1111…` has four); undefined if there is none. */
export function statedDigits(node: Node): number | undefined {
  if (node.is === 'number') return node.more ? node.digits : undefined
  const all = childrenOf(node).flatMap((child) => statedDigits(child) ?? [])
  return all.length > 0 ? Math.min(...all) : undefined
}

export function childrenOf(node: Node): Node[] {
  if (node.is === 'number' || node.is === 'symbol') return []
  if (node.is === 'matrix') return node.rows.flat()
  if ('left' in node) return [node.left, node.right]
  return Array.isArray(node.of) ? node.of : [node.of]
}
