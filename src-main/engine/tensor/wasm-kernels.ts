/** Kernels that tfjs-backend-wasm lacks and that the gradients of the model need. */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs'
import { tf } from './tf.ts'

interface WasmBackend {
  typedArrayFromHeap(tensor: TensorInfo): Float32Array | Int32Array
  makeOutput(shape: number[], dtype: string): TensorInfo
}

/** Idempotent: a kernel that a later tfjs brings itself is left alone. */
export function registerMissingKernels(): void {
  if (tf.getKernel('UnsortedSegmentSum', 'wasm')) return
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: unsortedSegmentSum as KernelFunc,
  })
}

/** The gradient of gather: out[s] = sum of the slices x[i] with segmentIds[i] = s. x [n, …], segmentIds [n] int32, out [numSegments, …]. */
function unsortedSegmentSum(call: {
  inputs: { x: TensorInfo; segmentIds: TensorInfo }
  backend: WasmBackend
  attrs: { numSegments: number }
}): TensorInfo {
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
