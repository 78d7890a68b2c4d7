/**
 * Products and transpositions on tfjs-backend-wasm. Its matrix product runs on XNNPACK (30 GFLOP/s on one core) when it is one plain product,
 * and in simple loops (1 to 2 GFLOP/s) when it is a batch of them or when an operand is transposed, as in every gradient and in attention.
 * So operands are transposed first, and batches are handed over one product at a time, as views of the same memory.
 */
import { tf } from './tf.ts'
import type { Info, WasmBackend } from './wasm-types.ts'

export interface MatMulCall {
  inputs: { a: Info; b: Info }
  backend: WasmBackend
  attrs: { transposeA: boolean; transposeB: boolean }
}

export interface BlockTransposeCall {
  inputs: { x: Info }
  backend: WasmBackend
  attrs: { perm: number[] }
}

const BYTES = Float32Array.BYTES_PER_ELEMENT
let product: (...values: unknown[]) => void

export function prepareProducts(backend: WasmBackend): void {
  const [number, array] = ['number', 'array']
  product = backend.wasm.cwrap('BatchMatMul', null, [
    number,
    array,
    number,
    number,
    array,
    number,
    number,
    number,
    number,
  ])
}

/** a [batch…, m, k] · b [batch…, k, n] → [batch…, m, n] in float32; a as [k, m] and b as [n, k] where they are transposed. */
export function batchMatMul({ inputs: { a, b }, backend, attrs: { transposeA, transposeB } }: MatMulCall): Info {
  const [aRows, aColumns] = a.shape.slice(-2)
  const [bRows, bColumns] = b.shape.slice(-2)
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns]
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns]
  if (k !== inner)
    throw new Error(
      `matMul: shapes [${a.shape}] and [${b.shape}] do not fit (transposed: ${transposeA}, ${transposeB})`,
    )
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
  const batch = tf.util.sizeFromShape(outer)
  const [aBatch, bBatch] = [a, b].map((x) => tf.util.sizeFromShape(x.shape.slice(0, -2)))
  if (![1, batch].includes(aBatch) || ![1, batch].includes(bBatch))
    throw new Error(
      `matMul: batches [${a.shape}] and [${b.shape}] are broadcast in part, which this backend does not do`,
    )

  const left = transposeA ? transposed(backend, a) : a
  const right = transposeB ? transposed(backend, b) : b
  const out = backend.makeOutput([...outer, m, n], 'float32')
  const [aShape, bShape] = [
    [1, m, k],
    [1, k, n],
  ].map((shape) => new Uint8Array(new Int32Array(shape).buffer))
  const [aStart, bStart, outStart] = [left, right, out].map((x) => backend.getMemoryOffset(x.dataId))
  for (let i = 0; i < batch; i++) {
    const views = [
      view(backend, m * k, aStart + (aBatch === 1 ? 0 : i * m * k * BYTES)),
      view(backend, k * n, bStart + (bBatch === 1 ? 0 : i * k * n * BYTES)),
      view(backend, m * n, outStart + i * m * n * BYTES),
    ]
    product(views[0], aShape, 3, views[1], bShape, 3, 0, 0, views[2])
    for (const id of views) backend.wasm.tfjs.disposeData(id) // forgets the view and what XNNPACK packed for it; frees no memory
  }
  if (left !== a) backend.disposeData(left.dataId)
  if (right !== b) backend.disposeData(right.dataId)
  return out
}

/** Registers memory of another tensor as a tensor of its own. @returns its id */
function view(backend: WasmBackend, size: number, memoryOffset: number): number {
  const id = backend.dataIdNextNumber++
  backend.wasm.tfjs.registerTensor(id, size, memoryOffset)
  return id
}

/** x [batch…, r, c] → [batch…, c, r], tile by tile so that both sides stay in the cache. */
function transposed(backend: WasmBackend, x: Info): Info {
  const [rows, columns] = x.shape.slice(-2)
  const out = backend.makeOutput([...x.shape.slice(0, -2), columns, rows], 'float32')
  const to = backend.typedArrayFromHeap(out)
  const from = backend.typedArrayFromHeap(x)
  const tile = 32
  for (let start = 0; start < from.length; start += rows * columns) {
    for (let r0 = 0; r0 < rows; r0 += tile) {
      const r1 = Math.min(r0 + tile, rows)
      for (let c0 = 0; c0 < columns; c0 += tile) {
        const c1 = Math.min(c0 + tile, columns)
        for (let c = c0; c < c1; c++)
          for (let r = r0; r < r1; r++) to[start + c * rows + r] = from[start + r * columns + c]
      }
    }
  }
  return out
}

/** A transposition that leaves the last axis in place moves whole rows of it. @returns undefined for any other */
export function transposeBlocks({ inputs: { x }, backend, attrs: { perm } }: BlockTransposeCall): Info | undefined {
  const rank = x.shape.length
  if (rank < 3 || perm[rank - 1] !== rank - 1 || x.dtype === 'bool') return undefined
  const shape = perm.map((axis) => x.shape[axis])
  const out = backend.makeOutput(shape, x.dtype)
  const to = backend.typedArrayFromHeap(out)
  const from = backend.typedArrayFromHeap(x)
  const width = shape[rank - 1]
  const strides = new Array<number>(rank).fill(1)
  for (let axis = rank - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * x.shape[axis + 1]
  const steps = perm.map((axis) => strides[axis])
  const index = new Array<number>(rank - 1).fill(0)
  let source = 0
  for (let target = 0; target < to.length; target += width) {
    for (let j = 0; j < width; j++) to[target + j] = from[source + j]
    // The next index of the output, counted up from its last axis but one; the place in the input follows.
    for (let axis = rank - 2; axis >= 0; axis--) {
      source += steps[axis]
      if (++index[axis] < shape[axis]) break
      source -= steps[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return out
}
