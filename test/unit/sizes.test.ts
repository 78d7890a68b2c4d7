/** What of a recording is worked out from sizes: only what is a sum of their products. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Constant } from '../../src-main/engine/tensor/graph-def.ts'
import type { Recording } from '../../src-main/engine/tensor/recording.ts'
import { NotOfSizes, ofAllSizes, pointsAround, productsOf } from '../../src-main/engine/tensor/sizes.ts'

const INT32 = 3
const codes = { TF_INT32: INT32, TF_FLOAT: 1, TF_ATTR_TYPE: 10, TF_ATTR_BOOL: 11 }

/** One placeholder of [rows, length], and one operation on it and a constant. */
const recording = ([rows, length]: readonly number[], constant: Constant): Recording => ({
  placeholders: [{ id: -2, shape: [rows, length], dtype: 1 }],
  constants: new Map([[-3, constant]]),
  operations: [{ name: 'Reshape', attributes: [], inputs: [-2, -3], outputs: [{ id: -4, shape: [], dtype: 1 }] }],
  outputIds: [-4],
})

function combined(sizes: readonly number[], of: (sizes: readonly number[]) => Constant) {
  const { corners, beside } = pointsAround(sizes)
  const all = corners.map((point) => recording(point, of(point)))
  const graph = ofAllSizes(codes, all, recording(beside, of(beside)), productsOf(beside, corners[0]))
  /** What the graph's sums come to. */
  const at = (now: readonly number[]) => {
    const products = productsOf(now, corners[0])
    const constant = graph.constants.get(-3)
    if (constant) return constant.values
    const sum = graph.operations.find((o) => o.name === 'Sum')!
    const terms = graph.operations.find((o) => o.outputs[0].id === sum.inputs[0])!
    const factors = graph.constants.get(terms.inputs[0])!.values as Int32Array
    return Array.from({ length: factors.length / products.length }, (_, n) =>
      products.reduce((total, product, k) => total + product * factors[n * products.length + k], 0),
    )
  }
  return { graph, at }
}

const vector = (values: number[]): Constant => ({
  shape: [values.length],
  dtype: INT32,
  values: Int32Array.from(values),
})

it('finds whole numbers that are sums of products of sizes, for whatever sizes', () => {
  const size = fc.integer({ min: 1, max: 300 })
  const factor = fc.integer({ min: -9, max: 9 })
  const factors = fc.array(fc.tuple(factor, factor, factor, factor), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(size, size, size, size, factors, (rows, length, otherRows, otherLength, all) => {
      const of = ([r, l]: readonly number[]) => vector(all.map(([a, b, c, d]) => a + b * r + c * l + d * r * l))
      const { at } = combined([rows, length], of)
      const other = [otherRows, otherLength]
      expect([...(at(other) as number[])]).toEqual([...(of(other).values as Int32Array)])
    }),
  )
})

it('leaves open the sizes of placeholders that vary, and adds one for the products', () => {
  const { graph } = combined([4, 32], ([r, l]) => vector([r * l]))
  expect(graph.placeholders.map(({ shape }) => shape)).toEqual([[-1, -1], [4]])
})

it('refuses what depends on sizes in another way', () => {
  const refused = (of: (sizes: readonly number[]) => Constant) =>
    expect(() => combined([4, 32], of)).toThrow(NotOfSizes)
  refused(([, l]) => vector([l ** 2]))
  refused(([r]) => vector([Math.floor(r / 2)]))
  refused(([r]) => ({ shape: [], dtype: 1, values: [1 / r] }))
  refused(([, l]) => ({ shape: [l], dtype: 1, values: Float32Array.from({ length: l }, (_, i) => i) }))
})

it('never records at a size of 1, which is broadcast, and nothing beyond a great size', () => {
  for (const size of [1, 2, 15]) for (const point of pointsAround([size]).corners) expect(point[0]).toBeGreaterThan(1)
  const { corners, beside } = pointsAround([64, 16])
  for (const [a, b] of [...corners, beside]) expect([a <= 64, b <= 16]).toEqual([true, true])
})
