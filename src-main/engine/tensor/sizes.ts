/**
 * One graph for all sizes. What a size decides in a recording are whole numbers: shapes, cuts, axes' lengths; each is a sum of products of the sizes.
 * A function is recorded at a few sizes beside one another, the numbers that differ are worked out as such sums, and the graph computes them from
 * the sizes that it is given.
 */
import type { Attribute, Constant, Operation, TypeCodes } from './graph-def.ts'
import type { Recording } from './recording.ts'

/** A function whose graph depends on sizes in another way; it is recorded for each of them. */
export class NotOfSizes extends Error {}

/**
 * Where a function is recorded for sizes like these: at the corners of a box, and at one point beside it to check what was found.
 * Small sizes are varied upwards, from 2 on, since TensorFlow broadcasts a 1; great ones downwards, so that none outgrows what was made for it.
 */
export function pointsAround(sizes: readonly number[]): { corners: number[][]; beside: number[] } {
  const up = (size: number) => size < 16
  const low = sizes.map((size) => (up(size) ? Math.max(2, size) : size - 1))
  const corners = subsets(sizes.length).map((subset) => low.map((size, i) => size + Number(subset.includes(i))))
  return { corners, beside: low.map((size, i) => (up(sizes[i]) ? size + 3 : size - 2)) }
}

/** What a graph is given of its sizes: the products of each subset of them, counted from the first corner; the empty one is 1. */
export function productsOf(sizes: readonly number[], first: readonly number[]): Int32Array {
  return Int32Array.from(subsets(sizes.length), (subset) => subset.reduce((p, i) => p * (sizes[i] - first[i]), 1))
}

/**
 * @param corners recordings at the corners, in their order
 * @returns a recording with one more placeholder, `productsOf` the sizes, int32; sizes of other placeholders that vary are −1
 * @throws NotOfSizes
 */
export function ofAllSizes(
  codes: TypeCodes,
  corners: Recording[],
  beside: Recording,
  sizesBeside: Int32Array,
): Recording {
  const [first] = corners
  const all = [...corners, beside]
  for (const other of all) expectAlike(first, other)
  const count = sizesBeside.length
  const productsId = Math.min(...idsOf(first)) - 1
  let nextId = productsId - 1

  const constants = new Map<number, Constant>()
  const computed: Operation[] = []
  const replacement = new Map<number, number>()
  const found = new Map<string, number>()
  const once = (key: string, id: number, make: () => void) => {
    const before = found.get(key)
    if (before !== undefined) replacement.set(id, before)
    else {
      found.set(key, id)
      make()
    }
  }
  const type = (name: string, value: number): Attribute => ({ name, type: codes.TF_ATTR_TYPE, value })
  const intAttribute = type('T', codes.TF_INT32)
  const add = (name: string, attributes: Attribute[], inputs: number[], id: number, dtype: number) =>
    computed.push({ name, attributes, inputs, outputs: [{ id, shape: [], dtype }] })
  const constant = (shape: number[], values: number[]) => {
    const id = nextId--
    constants.set(id, { shape, dtype: codes.TF_INT32, values: Int32Array.from(values) })
    return id
  }
  /** Numbers of this shape as the sum over products of the sizes. @param coefficients [...shape, products] */
  const sum = (shape: number[], coefficients: number[], id: number) => {
    const terms = nextId--
    add('Mul', [intAttribute], [constant([...shape, count], coefficients), productsId], terms, codes.TF_INT32)
    const keep = { name: 'keep_dims', type: codes.TF_ATTR_BOOL, value: false }
    const attributes = [keep, intAttribute, type('Tidx', codes.TF_INT32)]
    add('Sum', attributes, [terms, constant([1], [shape.length])], id, codes.TF_INT32)
  }

  for (const [id, c] of first.constants) {
    const versions = all.map((r) => r.constants.get(id)!)
    const values = versions.map((v) => numbersOf(v))
    const sameShape = versions.every((v) => `${v.shape}` === `${c.shape}`)
    if (sameShape && values.every((v) => alike(v, values[0]))) {
      once(`${c.dtype} ${c.shape}: ${values[0]}`, id, () => constants.set(id, c))
    } else if (sameShape && c.dtype === codes.TF_INT32) {
      const coefficients = coefficientsOf(values, sizesBeside)
      once(`of sizes ${c.shape}: ${coefficients}`, id, () => sum(c.shape, coefficients, id))
    } else if (values.every((v) => v.every((x) => x === values[0][0]))) {
      const coefficients = coefficientsOf(
        versions.map((v) => v.shape),
        sizesBeside,
      )
      once(`filled ${c.dtype} ${coefficients}: ${values[0][0]}`, id, () => {
        const dimensions = nextId--
        const value = nextId--
        sum([c.shape.length], coefficients, dimensions)
        constants.set(value, { shape: [], dtype: c.dtype, values: [values[0][0]] })
        add('Fill', [type('T', c.dtype), type('index_type', codes.TF_INT32)], [dimensions, value], id, c.dtype)
      })
    } else throw new NotOfSizes('A constant depends on sizes.')
  }
  const now = (id: number) => replacement.get(id) ?? id
  return {
    placeholders: [
      ...first.placeholders.map((p, i) => ({
        ...p,
        shape: p.shape.map((size, axis) => (all.every((r) => r.placeholders[i].shape[axis] === size) ? size : -1)),
      })),
      { id: productsId, shape: [count], dtype: codes.TF_INT32 },
    ],
    constants,
    operations: [...computed, ...first.operations.map((o) => ({ ...o, inputs: o.inputs.map(now) }))],
    outputIds: first.outputIds.map(now),
  }
}

function idsOf({ placeholders, constants, operations }: Recording): number[] {
  return [
    ...placeholders.map((p) => p.id),
    ...constants.keys(),
    ...operations.flatMap((o) => o.outputs.map((r) => r.id)),
  ]
}

/** The same operations on the same ids: then only constants and shapes differ. */
function expectAlike(a: Recording, b: Recording): void {
  const outline = (r: Recording) =>
    JSON.stringify([r.operations.map((o) => [o.name, o.attributes, o.inputs]), [...r.constants.keys()], r.outputIds])
  if (outline(a) !== outline(b)) throw new NotOfSizes('Other operations are computed at other sizes.')
}

/**
 * Of numbers at the corners, then beside: for each of them the factors of the products of sizes, [numbers · products]. At a corner a product counted
 * from the first is 0 or 1, so factors follow from differences.
 */
function coefficientsOf(versions: ArrayLike<number>[], sizesBeside: Int32Array): number[] {
  const corners = versions.slice(0, -1)
  const beside = versions.at(-1)!
  const cornersOf = subsets(Math.log2(corners.length))
  return Array.from(beside).flatMap((expected, n) => {
    const factors: number[] = []
    cornersOf.forEach((subset, k) => {
      const below = factors.filter((_, j) => j < k && cornersOf[j].every((i) => subset.includes(i)))
      factors.push(below.reduce((rest, factor) => rest - factor, corners[k][n]))
    })
    if (factors.reduce((total, factor, k) => total + factor * sizesBeside[k], 0) !== expected)
      throw new NotOfSizes('A number is no sum of products of sizes.')
    return factors
  })
}

/** Of 0 … n − 1, each after all of its own subsets. */
function subsets(n: number): number[][] {
  return Array.from({ length: 2 ** n }, (_, mask) =>
    Array.from({ length: n }, (_, i) => i).filter((i) => mask & (1 << i)),
  )
}

const numbersOf = ({ values }: Constant) => Array.from(values as ArrayLike<number>)
const alike = (a: number[], b: number[]) => a.length === b.length && a.every((x, i) => Object.is(x, b[i]))
