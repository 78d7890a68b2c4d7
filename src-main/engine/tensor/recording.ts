/**
 * Records what tfjs computes on TensorFlow. tfjs-node runs each kernel as one TensorFlow operation through its native binding; while a function is
 * recorded, every such call is noted in place of being executed. The function is written once, runs eagerly on every backend, and needs nothing of
 * its own to be recorded.
 */
import type { Attribute, Constant, Metadata, Operation, TypeCodes } from './graph-def.ts'
import { type Known, resultsOf } from './result-shapes.ts'
import { type Tensor, tf } from './tf.ts'

/** The part of tfjs-node's native binding that is used here. */
export interface Binding extends TypeCodes {
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[]
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): Metadata[]
}

/** A tensor as tfjs-node keeps it. */
interface Held {
  /** Negative while it is not on the device. */
  id: number
  shape: number[]
  dtype: number
  /** What was not uploaded yet. */
  values: unknown
}

export interface NodeBackend {
  binding: Binding
  tensorMap: { get(dataId: object): Held }
  getInputTensorIds(tensors: Tensor[]): number[]
  readSync(dataId: object): unknown
  createOutputTensor(metadata: Metadata): Tensor
}

export const nodeBackend = () => tf.backend() as unknown as NodeBackend

export interface Recording {
  placeholders: Metadata[]
  /** By id. */
  constants: Map<number, Constant>
  operations: Operation[]
  outputIds: number[]
}

/** What a function is called with: a shape, and TensorFlow's code of a type. */
export type Given = Pick<Metadata, 'shape' | 'dtype'>

export function typeOf(tensor: Tensor): number {
  return nodeBackend().tensorMap.get(tensor.dataId).dtype
}

/**
 * Calls `f` with tensors that have a shape and no values, and notes what it would compute. Ids are given out in the order of events: two recordings
 * of the same events have the same ids.
 * @param f depends on its inputs and on constants only, and lets no value that it reads back decide what it computes
 * @throws NoRule for an operation whose result's shape is not known
 */
export function recorded(given: readonly Given[], f: (inputs: Tensor[]) => Tensor[]): Recording {
  const backend = nodeBackend()
  const { binding, readSync: read } = backend
  // tfjs-node takes negative ids as of nothing that it would have to free; -1 is one of its own
  let nextId = -2
  const placeholders = given.map(({ shape, dtype }) => ({ id: nextId--, shape, dtype }))
  const operations: Operation[] = []
  const constants = new Map<number, Constant>()
  const known = new Map<number, Known>(placeholders.map((p) => [p.id, p]))
  const idOfConstant = new Map<Held, number>()

  const getInputTensorIds = (tensors: Tensor[]) =>
    tensors.map((t) => {
      const held = backend.tensorMap.get(t.dataId)
      if (held.values === null) return held.id
      const before = idOfConstant.get(held)
      if (before !== undefined) return before
      const id = nextId--
      const constant = { shape: [...held.shape], dtype: held.dtype, values: copyOf(held.values) }
      constants.set(id, constant)
      known.set(id, constant)
      idOfConstant.set(held, id)
      return id
    })
  const executeOp: Binding['executeOp'] = (name, attributes, ids) => {
    const inputs = ids.map((id) => {
      const input = known.get(id)
      if (!input) throw new Error(`${name} uses a tensor that is neither an input nor made while recording.`)
      return input
    })
    const outputs = resultsOf(binding, name, attributes, inputs).map((result) => ({ id: nextId--, ...result }))
    for (const o of outputs) known.set(o.id, o)
    operations.push({ name, attributes, inputs: ids, outputs })
    return outputs
  }
  // gather looks whether its indices are within bounds: those that are not computed yet pass
  const readSync: NodeBackend['readSync'] = (dataId) =>
    known.has(backend.tensorMap.get(dataId).id) ? [] : read.call(backend, dataId)

  const inputs = placeholders.map((p) => backend.createOutputTensor(p))
  try {
    // the binding's own members are read-only: one that inherits them stands in while f runs
    Object.assign(backend, {
      binding: Object.create(binding, { executeOp: { value: executeOp } }),
      getInputTensorIds,
      readSync,
    })
    const outputs = f(inputs)
    // an output that no operation made is a constant
    const outputIds = getInputTensorIds(outputs)
    tf.dispose(outputs)
    return { placeholders, constants, operations, outputIds }
  } finally {
    backend.binding = binding
    // the prototype's are in force again
    delete (backend as Partial<NodeBackend>).getInputTensorIds
    delete (backend as Partial<NodeBackend>).readSync
    tf.dispose(inputs)
  }
}

function copyOf(values: unknown): unknown {
  return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values
}
