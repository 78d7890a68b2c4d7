/** Sums and products of matrices, worked out to one matrix of expressions. */
import type { Node } from './tree.ts'

type Matrix = Extract<Node, { is: 'matrix' }>
const LARGEST = 64

/** The same expression with sums and products of matrices as one matrix; as it is where their sizes do not fit. */
export function folded(node: Node): Node {
  if ((node.is !== 'add' && node.is !== 'multiply') || !node.of.some((n) => n.is === 'matrix' || 'of' in n)) return node
  const parts = node.of.map(folded)
  if (!parts.some((n) => n.is === 'matrix')) return node
  return parts.reduce((a, b) => (node.is === 'add' ? sum(a, b) : product(a, b)) ?? node)
}

function sum(a: Node, b: Node): Node | undefined {
  if (a.is !== 'matrix' || b.is !== 'matrix' || a.rows.length !== b.rows.length) return undefined
  if (a.rows.some((row, i) => row.length !== b.rows[i].length)) return undefined
  return { is: 'matrix', rows: a.rows.map((row, i) => row.map((x, j): Node => ({ is: 'add', of: [x, b.rows[i][j]] }))) }
}

function product(a: Node, b: Node): Node | undefined {
  if (a.is !== 'matrix') return b.is === 'matrix' ? scaled(a, b) : undefined
  if (b.is !== 'matrix') return scaled(b, a)
  const inner = b.rows.length
  if (a.rows[0]?.length !== inner || a.rows.length * inner * (b.rows[0]?.length ?? 0) > LARGEST) return undefined
  const cell = (row: Node[], j: number): Node => ({
    is: 'add',
    of: row.map((x, k): Node => ({ is: 'multiply', of: [x, b.rows[k][j]] })),
  })
  return { is: 'matrix', rows: a.rows.map((row) => b.rows[0].map((_, j) => cell(row, j))) }
}

const scaled = (factor: Node, { rows }: Matrix): Node => ({
  is: 'matrix',
  rows: rows.map((row) => row.map((x): Node => ({ is: 'multiply', of: [factor, x] }))),
})
