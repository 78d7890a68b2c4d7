/**
 * Records what tfjs computes on TensorFlow as a graph. tfjs-node runs each kernel as one TensorFlow operation through its binding; while a
 * function runs, every such call is noted in place of being executed, and the notes, with the inputs as placeholders, are a GraphDef of the same
 * computation. The function is written once, runs eagerly on every backend, and needs nothing of its own to be compiled.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { type Attribute, type Constant, graphDef, type Metadata, type Operation, type TypeCodes } from './graph-def.ts'
import { type Known, resultsOf } from './result-shapes.ts'
import { type Tensor, tf } from './tf.ts'

/** The part of tfjs-node's native binding that is used here. */
interface Binding extends TypeCodes {
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

interface NodeBackend {
  binding: Binding
  tensorMap: { get(dataId: object): Held }
  getInputTensorIds(tensors: Tensor[]): number[]
  readSync(dataId: object): unknown
  createOutputTensor(metadata: Metadata): Tensor
}

const nodeBackend = () => tf.backend() as unknown as NodeBackend

export interface Graph {
  run(inputs: Tensor[]): Tensor[]
  dispose(): void
}

/**
 * Runs `f` on tensors that have a shape and no values, and records what it would compute.
 * @param f depends on its inputs and on constants only, and lets no value that it reads back decide what it computes
 * @returns the graph that computes the same for other inputs of the same shapes
 * @throws NoRule for an operation whose result's shape is not known
 */
export function record(inputs: Tensor[], f: (inputs: Tensor[]) => Tensor[]): Graph {
  const backend = nodeBackend()
  const { binding } = backend
  const placeholders = backend.getInputTensorIds(inputs).map((id, i) => {
    const { dtype } = backend.tensorMap.get(inputs[i].dataId)
    return { id, shape: inputs[i].shape, dtype }
  })
  const operations: Operation[] = []
  const constants = new Map<number, Constant>()
  const known = new Map<number, Known>(placeholders.map((p) => [p.id, p]))
  // tfjs-node takes negative ids as of nothing that it would have to free; -1 is one of its own
  let nextId = -2
  const { readSync: read } = backend
  const idOfConstant = new Map<Held, number>()
  const getInputTensorIds = (tensors: Tensor[]) =>
    tensors.map((t) => {
      const held = backend.tensorMap.get(t.dataId)
      if (held.values === null) return held.id
      const id = idOfConstant.get(held) ?? nextId--
      if (idOfConstant.has(held)) return id
      const constant = { shape: [...held.shape], dtype: held.dtype, values: copyOf(held.values) }
      constants.set(id, constant)
      known.set(id, constant)
      idOfConstant.set(held, id)
      return id
    })
  const executeOp: Binding['executeOp'] = (name, attributes, ids) => {
    const given = ids.map((id) => {
      const input = known.get(id)
      if (!input) throw new Error(`${name} uses a tensor that is neither an input nor made while recording.`)
      return input
    })
    const outputs = resultsOf(binding, name, attributes, given).map((result) => ({ id: nextId--, ...result }))
    for (const o of outputs) known.set(o.id, o)
    operations.push({ name, attributes, inputs: ids, outputs })
    return outputs
  }
  // gather looks whether its indices are within bounds: those that are not computed yet pass
  const readSync: NodeBackend['readSync'] = (dataId) =>
    known.has(backend.tensorMap.get(dataId).id) ? [] : read.call(backend, dataId)
  let outputIds: number[]
  try {
    // the binding's own members are read-only: one that inherits them stands in while f runs
    Object.assign(backend, {
      binding: Object.create(binding, { executeOp: { value: executeOp } }),
      getInputTensorIds,
      readSync,
    })
    const outputs = f(inputs)
    // an output that no operation made is a constant
    outputIds = getInputTensorIds(outputs)
    tf.dispose(outputs)
  } finally {
    backend.binding = binding
    // the prototype's are in force again
    delete (backend as Partial<NodeBackend>).getInputTensorIds
    delete (backend as Partial<NodeBackend>).readSync
  }
  return load(graphDef(binding, placeholders, constants, operations, outputIds), placeholders.length, outputIds.length)
}

function copyOf(values: unknown): unknown {
  return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values
}

function load(model: Uint8Array, inputCount: number, outputCount: number): Graph {
  const backend = nodeBackend()
  const folder = mkdtempSync(join(tmpdir(), 'grpo-graph-'))
  let session: number
  try {
    mkdirSync(join(folder, 'variables'))
    writeFileSync(join(folder, 'saved_model.pb'), model)
    session = backend.binding.loadSavedModel(folder, 'serve')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    throw new StudioError(
      'disk-full',
      `${tmpdir()} is full: there is no room for a compiled graph of ${Math.ceil(model.length / 1024)} KiB.`,
      'Free some space there, then resume; GRPO_STUDIO_EAGER=1 in the environment does without.',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const inputNames = Array.from({ length: inputCount }, (_, i) => `in${i}:0`).join(',')
  const outputNames = Array.from({ length: outputCount }, (_, i) => `out${i}:0`).join(',')
  return {
    run: (inputs) =>
      backend.binding
        .runSavedModel(session, backend.getInputTensorIds(inputs), inputNames, outputNames)
        .map((m) => backend.createOutputTensor(m)),
    dispose: () => backend.binding.deleteSavedModel(session),
  }
}
