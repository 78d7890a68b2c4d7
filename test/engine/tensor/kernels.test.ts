import { beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../../../src-main/engine/tensor/index.ts'
import { type Tensor, tf } from '../../../src-main/engine/tensor/tf.ts'

/** Numbers without a pattern that a wrong index could repeat. */
const numbers = (count: number, seed = 1) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 1.7 * seed) * 2)
const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1)
const tensor = (shape: number[], seed = 1) => tf.tensor(numbers(size(shape), seed), shape)

/** The product in plain loops, in float64. */
function plainMatMul(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): number[] {
  const [x, y] = [a.dataSync(), b.dataSync()]
  const [aRows, aColumns] = a.shape.slice(-2)
  const [bRows, bColumns] = b.shape.slice(-2)
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const n = transposeB ? bRows : bColumns
  const batches = Math.max(size(a.shape.slice(0, -2)), size(b.shape.slice(0, -2)))
  const out: number[] = []
  for (let i = 0; i < batches; i++) {
    const aAt = x.length === m * k ? 0 : i * m * k
    const bAt = y.length === k * n ? 0 : i * k * n
    for (let r = 0; r < m; r++)
      for (let c = 0; c < n; c++) {
        let sum = 0
        for (let j = 0; j < k; j++)
          sum +=
            x[aAt + (transposeA ? j * aColumns + r : r * aColumns + j)] *
            y[bAt + (transposeB ? c * bColumns + j : j * bColumns + c)]
        out.push(sum)
      }
  }
  return out
}

function expectClose(actual: Tensor, expected: ArrayLike<number>) {
  const values = actual.dataSync()
  expect(values.length).toBe(expected.length)
  for (let i = 0; i < values.length; i++) expect(values[i]).toBeCloseTo(expected[i], 3)
}

describe.each(['tensorflow', 'wasm'] as const)('%s', (name) => {
  beforeAll(async () => {
    await openBackend(name)
  })

  describe.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])('a product (transposed: %s, %s)', (transposeA, transposeB) => {
    it.each([
      ['of matrices', [], []],
      ['of one row', [1], [1]],
      ['of a batch', [5], [5]],
      ['of a batch of heads', [3, 4], [3, 4]],
      ['of a batch and one matrix', [4], [1]],
      ['of one matrix and a batch', [1], [4]],
    ])('%s is what plain loops give', (what, aBatch, bBatch) => {
      const [m, k, n] = what === 'of one row' ? [1, 40, 33] : [37, 40, 33]
      const a = tensor([...aBatch, ...(transposeA ? [k, m] : [m, k])])
      const b = tensor([...bBatch, ...(transposeB ? [n, k] : [k, n])], 2)
      expectClose(tf.matMul(a as never, b as never, transposeA, transposeB), plainMatMul(a, b, transposeA, transposeB))
    })
  })

  it.each([
    [
      [2, 3, 4],
      [1, 0, 2],
    ],
    [
      [2, 5, 3, 4, 8],
      [2, 0, 3, 1, 4],
    ],
    [
      [2, 3, 4],
      [2, 1, 0],
    ],
    [
      [33, 70],
      [1, 0],
    ],
  ])('transposes %j by %j', (shape, perm) => {
    const x = tensor(shape)
    const values = x.dataSync()
    const strides = shape.map((_, axis) => size(shape.slice(axis + 1)))
    const outShape = perm.map((axis) => shape[axis])
    const expected = Float32Array.from({ length: values.length }, (_, at) => {
      let rest = at
      let source = 0
      for (let axis = outShape.length - 1; axis >= 0; axis--) {
        source += (rest % outShape[axis]) * strides[perm[axis]]
        rest = Math.floor(rest / outShape[axis])
      }
      return values[source]
    })
    const y = x.transpose(perm)
    expect(y.shape).toEqual(outShape)
    expectClose(y, expected)
  })

  it('sums the gradient of gather by row, rows that were not gathered getting none', () => {
    const table = tensor([5, 3]) as never
    const ids = tf.tensor2d(
      [
        [4, 0],
        [4, 4],
      ],
      undefined,
      'int32',
    )
    const weights = tensor([2, 2, 3], 3)
    const gradient = tf.grad((x) => tf.gather(x, ids).mul(weights).sum())(table)
    const w = weights.dataSync()
    const expected = new Array(15).fill(0)
    for (let j = 0; j < 3; j++) {
      expected[j] = w[3 + j]
      expected[12 + j] = w[j] + w[6 + j] + w[9 + j]
    }
    expectClose(gradient, expected)
  })

  it('refuses shapes that do not fit', () => {
    expect(() => tf.matMul(tensor([2, 3]) as never, tensor([4, 5]) as never)).toThrow(/\[?2,3.*4,5|inner/i)
  })

  it('gives the same bits for the same program, and keeps no memory', () => {
    const program = () => {
      const loss = tf.tidy(() => {
        const w = tensor([64, 96], 5)
        const x = tensor([16 * 24, 64], 7)
        const f = (weights: Tensor) => tf.logSoftmax(tf.matMul(x as never, weights as never)).mean()
        return tf.grad(f)(w)
      })
      const bits = new Int32Array((loss.dataSync() as Float32Array).slice().buffer)
      loss.dispose()
      return bits
    }
    const first = program()
    const before = tf.memory()
    const backend = tf.backend() as unknown as { numDataIds(): number }
    const ids = backend.numDataIds()
    for (let i = 0; i < 5; i++) expect(program()).toEqual(first)
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(backend.numDataIds()).toBe(ids)
  })
})
