/** tfjs' WebGPU backend as graphs see it, and what is set right in it: when buffers may be used again, and how many are held for that. */
import { type Tensor, tf } from './tf.ts'

type TensorInfo = { dataId: object; shape: number[]; dtype: Tensor['dtype'] }

/** A tensor's data as tfjs keeps it. */
export interface TensorData {
  /** Of what lies in memory; a tensor that was cast without loss keeps what it was cast from. */
  dtype: Tensor['dtype']
  /** What was not uploaded yet. */
  values: ArrayLike<number> | null
  /** Where it lies on the device. */
  resource?: unknown
}

interface BufferManager {
  numBytesUsed: number
  numBytesAllocated: number
  numFreeBuffers: number
  /** By size and usage. */
  freeBuffers: Map<string, GPUBuffer[]>
  acquireBuffer(size: number, usage: number): GPUBuffer
}

export interface WebGpuBackend {
  device: GPUDevice
  queue: GPUQueue
  bufferManager: BufferManager
  /** Commands that were not submitted yet, and the pass among them that is open. */
  commandEncoder: GPUCommandEncoder | null
  computePassEncoder: GPUComputePassEncoder | null
  dispatchCountInPass: number
  uniformPendingDisposal: unknown[]
  tensorMap: { get(dataId: object): TensorData }
  makeTensorInfo(shape: number[], dtype: Tensor['dtype']): TensorInfo
  ensureCommandEncoderReady(): void
  endComputePassEncoder(): void
  submitQueue(): void
  uploadToGPU(dataId: object): void
  tensorToBinding(tensor: TensorInfo): unknown
  readSync(dataId: object): ArrayLike<number>
}

export const webGpuBackend = () => tf.backend() as unknown as WebGpuBackend

/** What a tensor's buffer is used for. */
export const STORAGE = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST

/** Bindings within a buffer begin at multiples of it on every device. */
export const ALIGNMENT = 256

export const bytesKey = (bytes: ArrayBuffer) => Buffer.from(bytes).toString('latin1')

/** Submitting costs as much as hundreds of dispatches, and the device begins to compute at the first one. */
export const DISPATCHES_AT_ONCE = 512

/** Free buffers that are held for later, or half of what is in use if that is more: a cache that grows leaves behind a size for each length. */
const FREE_BYTES = 256 * 2 ** 20

let failure: string | null = null

/** To be called once, on the current backend. */
export function setRight(): void {
  const backend = webGpuBackend()
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DISPATCHES_AT_ONCE)
  // A buffer that was freed may be written by the next command: commands run in their order. tfjs waits until all of them are submitted.
  const none = { has: () => false, add() {} }
  Object.defineProperty(backend, 'commandQueueOwnedIds', { get: () => none, set() {} })
  const submit = backend.submitQueue
  backend.submitQueue = () => {
    submit.call(backend)
    trim(backend.bufferManager)
    if (failure) throw new Error(`The GPU failed: ${failure}`)
  }
  // otherwise what comes after would be computed of nothing
  backend.device.addEventListener('uncapturederror', (event) => {
    failure ??= (event as GPUUncapturedErrorEvent).error.message
  })
}

/** Destroys free buffers, those of the sizes that came first before others. Nothing that is not submitted may use them. */
function trim(manager: BufferManager): void {
  const most = Math.max(FREE_BYTES, manager.numBytesUsed / 2)
  for (const buffers of manager.freeBuffers.values()) {
    while (buffers.length > 0) {
      if (manager.numBytesAllocated - manager.numBytesUsed <= most) return
      const buffer = buffers.pop()!
      manager.numFreeBuffers--
      manager.numBytesAllocated -= buffer.size
      buffer.destroy()
    }
  }
}

/** A tensor's buffer, uploaded if it is not there yet. */
export function bufferOf(tensor: Tensor): GPUBuffer {
  const backend = webGpuBackend()
  const data = backend.tensorMap.get(tensor.dataId)
  if (data.resource) return data.resource as GPUBuffer
  // written before all that is submitted after it, so nothing may wait that still reads what the buffer held
  if (backend.commandEncoder) {
    backend.endComputePassEncoder()
    backend.submitQueue()
  }
  const bytes = bytesOf(data)
  const buffer = backend.bufferManager.acquireBuffer(bytes.byteLength, STORAGE())
  backend.queue.writeBuffer(buffer, 0, bytes)
  data.values = null
  data.resource = buffer
  return buffer
}

/** A copy of values that are not on the device, as kernels read them there. */
export function bytesOf({ dtype, values }: TensorData): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
  return dtype === 'float32' ? Float32Array.from(values!) : Int32Array.from(values!)
}
