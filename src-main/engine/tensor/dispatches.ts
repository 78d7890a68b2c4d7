/**
 * What a function of tensors would have WebGPU compute, noted while it is called: objects stand in for the device, so nothing is computed and no
 * memory is taken. Shapes are fixed, and with them all that is not in the inputs.
 */
import { type Tensor, tf } from './tf.ts'
import { bytesOf, type TensorData, type WebGpuBackend, webGpuBackend } from './webgpu-backend.ts'

/** Where a tensor lies: an input by its number, a constant, or what is computed. */
export class Place {
  readonly bytes: number
  readonly input?: number
  readonly constant?: ArrayBuffer
  constructor(bytes: number, { input, constant }: { input?: number; constant?: ArrayBuffer } = {}) {
    this.bytes = bytes
    this.input = input
    this.constant = constant
  }
}

/** One program's run. */
export interface Dispatch {
  pipeline: GPUComputePipeline
  layout: GPUBindGroupLayout
  workgroups: [number, number, number]
  /** In the order of bindings. */
  written: Place
  read: Place[]
  /** Last binding. */
  uniforms: ArrayBuffer
}

/** A tensor as it is given back. */
export interface Output {
  place: Place
  shape: number[]
  dtype: Tensor['dtype']
  /** Of what lies in memory, see `TensorData`. */
  held: Tensor['dtype']
}

export interface Noted {
  dispatches: Dispatch[]
  outputs: Output[]
}

/** A value that is not computed yet was asked for. */
export class ReadsBack extends Error {}

interface Group {
  layout: GPUBindGroupLayout
  entries: { resource: Place | { buffer: { bytes: ArrayBuffer } } }[]
}

/**
 * @param f depends on its inputs and on constants only
 * @throws ReadsBack
 */
export function noted(inputs: readonly Tensor[], f: (inputs: Tensor[]) => Tensor[]): Noted {
  const backend = webGpuBackend()
  const { device, tensorMap } = backend
  const dispatches: Dispatch[] = []
  const constants = new Map<TensorData, Place>()

  const constantOf = (data: TensorData) => {
    const before = constants.get(data)
    if (before) return before
    const { buffer } = bytesOf(data)
    const place = new Place(buffer.byteLength, { constant: buffer })
    constants.set(data, place)
    return place
  }
  const placeOf = (dataId: object) => {
    const data = tensorMap.get(dataId)
    if (data.resource instanceof Place) return data.resource
    if (data.values) return constantOf(data)
    throw new Error('A recorded function uses a tensor that is neither an input nor made while recording.')
  }

  let pipeline: GPUComputePipeline
  let group: Group
  const pass = {
    setPipeline: (given: GPUComputePipeline) => {
      pipeline = given
    },
    setBindGroup: (_: number, given: Group) => {
      group = given
    },
    dispatchWorkgroups: (...workgroups: [number, number, number]) => {
      const [written, ...read] = group.entries.slice(0, -1).map(({ resource }) => resource as Place)
      const { buffer } = group.entries.at(-1)!.resource as { buffer: { bytes: ArrayBuffer } }
      dispatches.push({ pipeline, layout: group.layout, workgroups, written, read, uniforms: buffer.bytes })
    },
  }
  const standIns = {
    device: {
      limits: device.limits,
      createShaderModule: (d: GPUShaderModuleDescriptor) => device.createShaderModule(d),
      createComputePipeline: (d: GPUComputePipelineDescriptor) => device.createComputePipeline(d),
      createBindGroup: (noted: Group) => noted,
    },
    // of uniforms: all else has a place
    bufferManager: { acquireBuffer: () => ({ bytes: null }) },
    queue: {
      writeBuffer: (buffer: { bytes: ArrayBuffer }, _: number, bytes: ArrayBuffer) => {
        buffer.bytes = bytes
      },
    },
    uniformPendingDisposal: [],
    commandEncoder: {},
    computePassEncoder: pass,
    dispatchCountInPass: Number.NEGATIVE_INFINITY,
    uploadToGPU(dataId: object) {
      const data = tensorMap.get(dataId) as TensorData & { shape: number[] }
      if (!data.resource && !data.values) data.resource = new Place(4 * tf.util.sizeFromShape(data.shape))
    },
    tensorToBinding: ({ dataId }: { dataId: object }) => placeOf(dataId),
    readSync(dataId: object) {
      const { values } = tensorMap.get(dataId)
      if (!values) throw new ReadsBack('A value that is computed decides what is computed next.')
      return values
    },
  }

  const given = inputs.map((t, index) => placeholder(backend, t, index))
  try {
    return standingIn(backend, standIns, () => {
      const made = f(given)
      const outputs = made.map(({ dataId, shape, dtype }) => {
        return { place: placeOf(dataId), shape: [...shape], dtype, held: tensorMap.get(dataId).dtype }
      })
      tf.dispose(made)
      return { dispatches, outputs }
    })
  } finally {
    tf.dispose(given)
  }
}

function placeholder(backend: WebGpuBackend, { dataId, shape, dtype, size }: Tensor, index: number): Tensor {
  const info = backend.makeTensorInfo([...shape], backend.tensorMap.get(dataId).dtype)
  backend.tensorMap.get(info.dataId).resource = new Place(4 * size, { input: index })
  return tf.engine().makeTensorFromDataId(info.dataId, [...shape], dtype, tf.backend())
}

/** Calls f while other members stand in for the backend's own. */
function standingIn<T>(backend: WebGpuBackend, members: object, f: () => T): T {
  const before = Object.keys(members).map((name) => [name, Object.getOwnPropertyDescriptor(backend, name)] as const)
  try {
    Object.assign(backend, members)
    return f()
  } finally {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(backend, name, own)
      else delete (backend as unknown as Record<string, unknown>)[name]
    }
  }
}
