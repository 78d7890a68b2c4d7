/**
 * What an operation of TensorFlow gives, by shape and type, without computing it: so a graph is recorded without the memory and time of an eager
 * run. TensorFlow infers the same once more when it loads the graph, and refuses one in which they do not fit.
 */
import type { Attribute, Metadata, TypeCodes } from './graph-def.ts'

/** What is known of an operation's input while recording. */
export interface Known {
  shape: readonly number[]
  dtype: number
  /** Of a constant. */
  values?: unknown
}

export type Result = Pick<Metadata, 'shape' | 'dtype'>

type Shape = readonly number[]
type Rule = (inputs: readonly Known[], attributes: ReadonlyMap<string, unknown>) => Shape[]

/** An operation that no rule tells the result of. */
export class NoRule extends Error {
  readonly operation: string
  constructor(operation: string) {
    super(`There is no rule for what ${operation} gives.`)
    this.name = 'NoRule'
    this.operation = operation
  }
}

const same: Rule = ([x]) => [x.shape]
const broadcast: Rule = (inputs) => [inputs.map((x) => x.shape).reduce(broadcasted)]

const reduction: Rule = ([x, axes], attributes) => {
  const gone = new Set(integers(axes).map((axis) => (axis + x.shape.length) % x.shape.length))
  return [
    attributes.get('keep_dims')
      ? x.shape.map((size, i) => (gone.has(i) ? 1 : size))
      : x.shape.filter((_, i) => !gone.has(i)),
  ]
}

const rules: Record<string, Rule> = {
  ...rule(
    same,
    'Abs Cast Ceil Cumsum Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p LogicalNot Neg OnesLike Reciprocal',
  ),
  ...rule(same, 'Relu Round Rsqrt Sigmoid Sign Softmax Softplus Sqrt Square Tanh ZerosLike'),
  ...rule(broadcast, 'Add Sub Mul RealDiv FloorDiv FloorMod Pow Maximum Minimum SquaredDifference'),
  ...rule(broadcast, 'Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr'),
  ...rule(reduction, 'Sum Mean Max Min Prod All Any ArgMax'),
  // tfjs gives it a condition of the values' own shape
  Select: ([, x]) => [x.shape],
  Reshape: ([x, shape]) => [reshaped(x.shape, integers(shape))],
  Fill: ([shape]) => [integers(shape)],
  Range: ([start, stop, step]) => {
    const [from, to, by] = [start, stop, step].map((x) => integers(x)[0])
    return [[Math.ceil((to - from) / by)]]
  },
  Transpose: ([x, order]) => [integers(order).map((axis) => x.shape[axis])],
  Tile: ([x, times]) => [integers(times).map((n, i) => n * x.shape[i])],
  PadV2: ([x, paddings]) => {
    const pads = integers(paddings)
    return [x.shape.map((size, i) => pads[2 * i] + size + pads[2 * i + 1])]
  },
  Slice: ([x, begin, size]) => {
    const from = integers(begin)
    return [integers(size).map((n, i) => (n === -1 ? x.shape[i] - from[i] : n))]
  },
  ConcatV2: (inputs) => {
    const parts = inputs.slice(0, -1).map((x) => x.shape)
    const axis = axisOf(inputs.at(-1)!, parts[0].length)
    return [replaced(parts[0], axis, [parts.reduce((sum, shape) => sum + shape[axis], 0)])]
  },
  SplitV: ([x, sizes, axis]) => {
    const at = axisOf(axis, x.shape.length)
    return integers(sizes).map((size) => replaced(x.shape, at, [size]))
  },
  Pack: (inputs, attributes) => {
    const axis = attributes.get('axis') as number
    const { shape } = inputs[0]
    return [[...shape.slice(0, axis), inputs.length, ...shape.slice(axis)]]
  },
  GatherV2: ([x, indices, axis], attributes) => {
    const inBatch = (attributes.get('batch_dims') as number | undefined) ?? 0
    return [replaced(x.shape, axisOf(axis, x.shape.length), indices.shape.slice(inBatch))]
  },
  OneHot: ([indices, depth]) => [[...indices.shape, ...integers(depth)]],
  UnsortedSegmentSum: ([x, segments, count]) => [[...integers(count), ...x.shape.slice(segments.shape.length)]],
  BatchMatMulV2: ([a, b], attributes) => {
    const rows = a.shape.at(attributes.get('adj_x') ? -1 : -2)!
    const columns = b.shape.at(attributes.get('adj_y') ? -2 : -1)!
    return [[...broadcasted(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns]]
  },
}

/** The operations that can be recorded. */
export const recordable: readonly string[] = Object.keys(rules)

const truths = new Set(
  'Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot All Any IsFinite IsInf IsNan'.split(
    ' ',
  ),
)

/**
 * @param inputs its inputs in their order; those that say how it goes (axes, sizes) must be constants
 * @throws NoRule
 */
export function resultsOf(codes: TypeCodes, name: string, attributes: Attribute[], inputs: readonly Known[]): Result[] {
  const byName = new Map(attributes.map((a) => [a.name, a.value]))
  if (!Object.hasOwn(rules, name)) throw new NoRule(name)
  const typed =
    byName.get('DstT') ?? byName.get('output_type') ?? byName.get('T') ?? byName.get('Tparams') ?? inputs[0].dtype
  const dtype = truths.has(name) ? codes.TF_BOOL : (typed as number)
  return rules[name](inputs, byName).map((shape) => ({ shape: [...shape], dtype }))
}

function rule(r: Rule, names: string): Record<string, Rule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, r]))
}

function integers({ values }: Known): number[] {
  if (values === undefined) throw new Error('A shape or axis that is no constant cannot be recorded.')
  return [...(values as Int32Array)]
}

function axisOf(axis: Known, rank: number): number {
  return (integers(axis)[0] + rank) % rank
}

/** With another stretch of sizes in place of the one at this axis. */
function replaced(shape: Shape, axis: number, by: Shape): Shape {
  return [...shape.slice(0, axis), ...by, ...shape.slice(axis + 1)]
}

function reshaped(shape: Shape, to: Shape): Shape {
  const product = (sizes: Shape) => sizes.reduce((p, n) => p * n, 1)
  return to.map((n) => (n === -1 ? -product(shape) / product(to) : n))
}

function broadcasted(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const x = a[a.length - rank + i] ?? 1
    const y = b[b.length - rank + i] ?? 1
    return x === 1 ? y : x
  })
}
