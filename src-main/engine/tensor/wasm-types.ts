/** The parts of tfjs-backend-wasm that our kernels use; its own types are not exported. */
import type { TensorInfo } from '@tensorflow/tfjs'

export type Info = TensorInfo

export interface WasmBackend {
  wasm: {
    cwrap(name: string, result: null, parameters: string[]): (...values: unknown[]) => void
    tfjs: { registerTensor(id: number, size: number, memoryOffset: number): void; disposeData(id: number): void }
  }
  /** The next free tensor id; whoever takes one counts it up. */
  dataIdNextNumber: number
  makeOutput(shape: number[], dtype: string): Info
  typedArrayFromHeap(tensor: Info): Float32Array | Int32Array
  getMemoryOffset(dataId: object): number
  disposeData(dataId: object): boolean
}
