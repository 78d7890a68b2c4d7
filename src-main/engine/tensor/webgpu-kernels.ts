/** Kernels of tfjs' WebGPU backend that add in whatever order threads come: others are taken, as a run's bits must not depend on that. */
import { type Tensor, tf } from './tf.ts'

/** tfjs' number of the program that cuts an output into small tiles, each added up by one workgroup. */
const SMALL_TILES = 2

interface Product {
  inputs: { a: Tensor; b: Tensor }
  attrs: { transposeA: boolean; transposeB: boolean }
}

/** To be called once, when the backend is there. */
export function registerKernels(): void {
  const product = tf.getKernel('BatchMatMul', 'webgpu')
  tf.unregisterKernel('BatchMatMul', 'webgpu')
  tf.registerKernel({
    ...product,
    kernelFunc(call) {
      if (!mayBeSplit(call as unknown as Product)) return product.kernelFunc(call)
      tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', SMALL_TILES)
      try {
        return product.kernelFunc(call)
      } finally {
        tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', -1)
      }
    },
  })
}

/** tfjs splits long sums of small products between workgroups, which add to the same output by atomics. Where exactly depends on the device. */
function mayBeSplit({ inputs: { a, b }, attrs: { transposeA, transposeB } }: Product): boolean {
  const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2)
  const columns = b.shape.at(transposeB ? -2 : -1)!
  const alone = a.size === rows * inner && b.size === inner * columns
  return alone && inner >= 2000 && Math.ceil(rows / 32) * Math.ceil(columns / 32) <= 32 && rows * columns > 128
}
