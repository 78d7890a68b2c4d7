/**
 * Records what tfjs computes on TensorFlow as a graph. tfjs-node runs each kernel as one TensorFlow operation through its binding; while a
 * function runs, every such call is noted, and the notes, with the inputs as placeholders, are a GraphDef of the same computation.
 * The function is written once, runs eagerly on every backend, and needs nothing of its own to be compiled.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { type Attribute, type Constant, graphDef, type Metadata, type Operation, type TypeCodes } from './graph-def.ts'
import { type Tensor, tf } from './tf.ts'

/** The part of tfjs-node's native binding that is used here. */
interface Binding extends TypeCodes {
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[]
  createTensor(shape: number[], dtype: number, values: unknown): number
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): Metadata[]
}

interface NodeBackend {
  binding: Binding
  tensorMap: { get(dataId: object): { id: number; shape: number[]; dtype: number } }
  getInputTensorIds(tensors: Tensor[]): number[]
  createOutputTensor(metadata: Metadata): Tensor
}

const nodeBackend = () => tf.backend() as unknown as NodeBackend

export interface Graph {
  run(inputs: Tensor[]): Tensor[]
  dispose(): void
}

/**
 * Runs `f` eagerly and records it.
 * @param f depends on its inputs and on constants only, and lets no value that it reads back decide what it computes
 * @returns the graph that computes the same for other inputs of the same shapes
 */
export function record(inputs: Tensor[], f: (inputs: Tensor[]) => Tensor[]): Graph {
  const backend = nodeBackend()
  const { binding } = backend
  const inputIds = backend.getInputTensorIds(inputs)
  const operations: Operation[] = []
  const constants = new Map<number, Constant>()
  const known = new Set(inputIds)
  const createTensor: Binding['createTensor'] = (shape, dtype, values) => {
    const id = binding.createTensor(shape, dtype, values)
    constants.set(id, { shape: [...shape], dtype, values: copyOf(values) })
    known.add(id)
    return id
  }
  const executeOp: Binding['executeOp'] = (name, attributes, ids, count) => {
    const unknown = ids.find((id) => !known.has(id))
    if (unknown !== undefined)
      throw new Error(`${name} uses a tensor that is neither an input nor made while recording.`)
    const outputs = binding.executeOp(name, attributes, ids, count)
    operations.push({ name, attributes, inputs: [...ids], outputs })
    for (const o of outputs) known.add(o.id)
    return outputs
  }
  let outputs: Tensor[]
  let outputIds: number[]
  // the binding's own members are read-only: one that inherits them stands in while f runs
  backend.binding = Object.create(
    binding,
    Object.fromEntries(Object.entries({ createTensor, executeOp }).map(([k, value]) => [k, { value }])),
  )
  try {
    outputs = f(inputs)
    // an output that no operation made is uploaded here, and is a constant too
    outputIds = backend.getInputTensorIds(outputs)
  } finally {
    backend.binding = binding
  }
  const placeholders = inputs.map((t, i) => ({
    id: inputIds[i],
    shape: t.shape,
    dtype: backend.tensorMap.get(t.dataId).dtype,
  }))
  tf.dispose(outputs)
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
