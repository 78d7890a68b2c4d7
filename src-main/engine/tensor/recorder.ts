/**
 * Records what tfjs computes on TensorFlow as a graph. tfjs-node runs each kernel as one TensorFlow operation through its binding; while a
 * function runs, every such call is noted, and the notes, with the inputs as placeholders, are a GraphDef of the same computation.
 * The function is written once, runs eagerly on every backend, and needs nothing of its own to be compiled.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Tensor, tf } from './tf.ts'

const commonJs = createRequire(import.meta.url)

interface Metadata {
  id: number
  shape: number[]
  dtype: number
}

interface Attribute {
  name: string
  type: number
  value: unknown
}

/** The part of tfjs-node's native binding that is used here. */
interface Binding {
  executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Metadata[]
  createTensor(shape: number[], dtype: number, values: unknown): number
  tensorDataSync(id: number): unknown
  loadSavedModel(folder: string, tags: string): number
  deleteSavedModel(id: number): void
  runSavedModel(id: number, inputs: number[], inputNames: string, outputNames: string): Metadata[]
  [constant: `TF_${string}`]: number
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

interface Operation {
  name: string
  attributes: Attribute[]
  inputs: number[]
  outputs: Metadata[]
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
  const constants = new Map<number, { shape: number[]; dtype: number; values: unknown }>()
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
  return load(build(binding, placeholders, constants, operations, outputIds), placeholders.length, outputIds.length)
}

function copyOf(values: unknown): unknown {
  return ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values
}

function build(
  binding: Binding,
  placeholders: Metadata[],
  constants: Map<number, { shape: number[]; dtype: number; values: unknown }>,
  operations: Operation[],
  outputIds: number[],
): Uint8Array {
  const pb = commonJs('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js')
  const graph = new pb.GraphDef()
  const nameOf = new Map<number, string>()
  const node = (name: string, op: string) => {
    const n = new pb.NodeDef()
    n.setName(name)
    n.setOp(op)
    graph.addNode(n)
    return n
  }
  const attribute = (set: (a: any) => void) => {
    const a = new pb.AttrValue()
    set(a)
    return a
  }
  const shapeOf = (dims: number[]) => {
    const shape = new pb.TensorShape()
    for (const size of dims) {
      const dim = new pb.TensorShape.Dim()
      dim.setSize(size)
      shape.addDim(dim)
    }
    return shape
  }
  placeholders.forEach((p, i) => {
    const n = node(`in${i}`, 'Placeholder')
    n.getAttrMap().set(
      'dtype',
      attribute((a) => a.setType(p.dtype)),
    )
    n.getAttrMap().set(
      'shape',
      attribute((a) => a.setShape(shapeOf(p.shape))),
    )
    nameOf.set(p.id, `in${i}`)
  })
  const used = new Set([...operations.flatMap((o) => o.inputs), ...outputIds])
  for (const [id, c] of constants) {
    if (!used.has(id) || nameOf.has(id)) continue
    const n = node(`c${id}`, 'Const')
    const tensor = new pb.Tensor()
    tensor.setDtype(c.dtype)
    tensor.setTensorShape(shapeOf(c.shape))
    tensor.setTensorContent(bytesOf(binding, c.values, c.dtype))
    n.getAttrMap().set(
      'dtype',
      attribute((a) => a.setType(c.dtype)),
    )
    n.getAttrMap().set(
      'value',
      attribute((a) => a.setTensor(tensor)),
    )
    nameOf.set(id, `c${id}`)
  }
  operations.forEach((o, k) => {
    const n = node(`o${k}`, o.name)
    for (const id of o.inputs) n.addInput(nameOf.get(id))
    for (const a of o.attributes)
      n.getAttrMap().set(
        a.name,
        attribute((v) => setAttribute(binding, v, a, shapeOf, pb)),
      )
    o.outputs.forEach((out, i) => {
      nameOf.set(out.id, i === 0 ? `o${k}` : `o${k}:${i}`)
    })
  })
  const dtypeOf = new Map([
    ...[...constants].map(([id, c]) => [id, c.dtype] as const),
    ...[...placeholders, ...operations.flatMap((o) => o.outputs)].map((m) => [m.id, m.dtype] as const),
  ])
  outputIds.forEach((id, i) => {
    const n = node(`out${i}`, 'Identity')
    n.addInput(nameOf.get(id))
    const dtype = dtypeOf.get(id)!
    n.getAttrMap().set(
      'T',
      attribute((a) => a.setType(dtype)),
    )
  })
  const versions = new pb.VersionDef()
  versions.setProducer(1882)
  graph.setVersions(versions)
  const info = new pb.MetaGraphDef.MetaInfoDef()
  info.addTags('serve')
  const meta = new pb.MetaGraphDef()
  meta.setMetaInfoDef(info)
  meta.setGraphDef(graph)
  const model = new pb.SavedModel()
  model.setSavedModelSchemaVersion(1)
  model.addMetaGraphs(meta)
  return model.serializeBinary()
}

function bytesOf(binding: Binding, values: unknown, dtype: number): Uint8Array {
  if (ArrayBuffer.isView(values)) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const list = values as number[]
  const typed =
    dtype === binding.TF_INT32
      ? Int32Array.from(list)
      : dtype === binding.TF_BOOL
        ? Uint8Array.from(list)
        : Float32Array.from(list)
  return new Uint8Array(typed.buffer)
}

function setAttribute(
  binding: Binding,
  target: any,
  { name, type, value }: Attribute,
  shapeOf: (dims: number[]) => unknown,
  pb: any,
): void {
  if (Array.isArray(value) && type !== binding.TF_ATTR_SHAPE) {
    const list = new pb.AttrValue.ListValue()
    for (const v of value) {
      if (type === binding.TF_ATTR_INT) list.addI(v)
      else if (type === binding.TF_ATTR_TYPE) list.addType(v)
      else if (type === binding.TF_ATTR_FLOAT) list.addF(v)
      else throw new Error(`A list attribute ${name} of type ${type} cannot be recorded.`)
    }
    target.setList(list)
  } else if (type === binding.TF_ATTR_TYPE) target.setType(value)
  else if (type === binding.TF_ATTR_BOOL) target.setB(value)
  else if (type === binding.TF_ATTR_INT) target.setI(value)
  else if (type === binding.TF_ATTR_FLOAT) target.setF(value)
  else if (type === binding.TF_ATTR_STRING) target.setS(Buffer.from(String(value)))
  else if (type === binding.TF_ATTR_SHAPE) target.setShape(shapeOf(value as number[]))
  else throw new Error(`An attribute ${name} of type ${type} cannot be recorded.`)
}

function load(model: Uint8Array, inputCount: number, outputCount: number): Graph {
  const backend = nodeBackend()
  const folder = mkdtempSync(join(tmpdir(), 'grpo-graph-'))
  let session: number
  try {
    mkdirSync(join(folder, 'variables'))
    writeFileSync(join(folder, 'saved_model.pb'), model)
    session = backend.binding.loadSavedModel(folder, 'serve')
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
