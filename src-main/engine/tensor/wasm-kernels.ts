/** Kernels for tfjs-backend-wasm: one that it lacks, and two that it has in a form several times slower than its own fast path. */
import type { KernelConfig, KernelFunc } from '@tensorflow/tfjs'
import { tf } from './tf.ts'
import {
  type BlockTransposeCall,
  batchMatMul,
  type MatMulCall,
  prepareProducts,
  transposeBlocks,
} from './wasm-products.ts'
import type { Info, WasmBackend } from './wasm-types.ts'

/** Call once, after the backend has started. */
export function registerKernels(): void {
  const backend = tf.backend() as unknown as WasmBackend
  const original = (name: string) => tf.getKernel(name, 'wasm') as KernelConfig | undefined
  const replace = (kernelName: string, kernelFunc: (call: never) => Info) => {
    if (original(kernelName)) tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as KernelFunc })
  }
  const transpose = original('Transpose')!.kernelFunc as unknown as (call: BlockTransposeCall) => Info
  prepareProducts(backend)
  replace('BatchMatMul', (call: MatMulCall) => batchMatMul(call))
  replace('Transpose', (call: BlockTransposeCall) => transposeBlocks(call) ?? transpose(call))
  if (!original('UnsortedSegmentSum')) replace('UnsortedSegmentSum', unsortedSegmentSum)
}

/** The gradient of gather: out[s] = sum of the slices x[i] with segmentIds[i] = s. x [n, …], segmentIds [n] int32, out [numSegments, …]. */
function unsortedSegmentSum(call: {
  inputs: { x: Info; segmentIds: Info }
  backend: WasmBackend
  attrs: { numSegments: number }
}): Info {
  const { x, segmentIds } = call.inputs
  const { numSegments } = call.attrs
  const out = call.backend.makeOutput([numSegments, ...x.shape.slice(segmentIds.shape.length)], x.dtype)
  // The heap may move when the output is allocated, so the views are taken after it.
  const sums = call.backend.typedArrayFromHeap(out).fill(0)
  const values = call.backend.typedArrayFromHeap(x)
  const ids = call.backend.typedArrayFromHeap(segmentIds)
  const width = sums.length / numSegments
  for (let i = 0; i < ids.length; i++) {
    const segment = ids[i]
    if (segment < 0 || segment >= numSegments) continue // TensorFlow drops negative ids too
    for (let j = 0; j < width; j++) sums[segment * width + j] += values[i * width + j]
  }
  return out
}
