/** A recorded computation as TensorFlow's own description of it: a GraphDef in a SavedModel, with the protobuf classes of tfjs-node. */
import { createRequire } from 'node:module'

const commonJs = createRequire(import.meta.url)

/** A tensor as the binding describes it. */
export interface Metadata {
  id: number
  shape: number[]
  dtype: number
}

export interface Attribute {
  name: string
  type: number
  value: unknown
}

/** The binding's codes of types and of kinds of attributes, as `TF_FLOAT`. */
export interface TypeCodes {
  [constant: `TF_${string}`]: number
}

export interface Constant {
  shape: number[]
  dtype: number
  values: unknown
}

export interface Operation {
  name: string
  attributes: Attribute[]
  inputs: number[]
  outputs: Metadata[]
}

/** A message of the generated classes; they come without types. */
type Message = Record<`set${string}` | `add${string}`, (value: unknown) => void> & {
  getAttrMap(): { set(name: string, value: Message): void }
  serializeBinary(): Uint8Array
}
type Class = new () => Message
type Messages = Record<string, Class> & {
  TensorShape: Class & { Dim: Class }
  AttrValue: Class & { ListValue: Class }
  MetaGraphDef: Class & { MetaInfoDef: Class }
}

/** The graph version of TensorFlow 2.13 and later that the recorded operations are written for. */
const PRODUCER = 1882

/**
 * Placeholders are named in0, in1, …, results out0, out1, …
 * @param constants all that was uploaded; those that nobody uses are left out
 * @returns a serialised SavedModel with the tag "serve"
 */
export function graphDef(
  codes: TypeCodes,
  placeholders: Metadata[],
  constants: ReadonlyMap<number, Constant>,
  operations: Operation[],
  outputIds: number[],
): Uint8Array {
  const pb: Messages = commonJs('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js')
  const graph = new pb.GraphDef()
  const nameOf = new Map<number, string>()
  const dtypeOf = new Map<number, number>()
  const node = (name: string, op: string, inputs: number[], attributes: Attribute[]) => {
    const n = new pb.NodeDef()
    n.setName(name)
    n.setOp(op)
    for (const id of inputs) n.addInput(nameOf.get(id))
    for (const a of attributes) n.getAttrMap().set(a.name, attributeOf(pb, codes, a))
    graph.addNode(n)
  }
  const typed = (name: string, value: number): Attribute => ({ name, type: codes.TF_ATTR_TYPE, value })

  placeholders.forEach(({ id, shape, dtype }, i) => {
    node(
      `in${i}`,
      'Placeholder',
      [],
      [typed('dtype', dtype), { name: 'shape', type: codes.TF_ATTR_SHAPE, value: shape }],
    )
    nameOf.set(id, `in${i}`)
    dtypeOf.set(id, dtype)
  })
  const used = new Set([...operations.flatMap((o) => o.inputs), ...outputIds])
  for (const [id, constant] of constants) {
    if (!used.has(id) || nameOf.has(id)) continue
    node(`c${id}`, 'Const', [], [typed('dtype', constant.dtype), { name: 'value', type: TENSOR, value: constant }])
    nameOf.set(id, `c${id}`)
    dtypeOf.set(id, constant.dtype)
  }
  operations.forEach((o, k) => {
    node(`o${k}`, o.name, o.inputs, o.attributes)
    o.outputs.forEach(({ id, dtype }, i) => {
      nameOf.set(id, i === 0 ? `o${k}` : `o${k}:${i}`)
      dtypeOf.set(id, dtype)
    })
  })
  outputIds.forEach((id, i) => {
    node(`out${i}`, 'Identity', [id], [typed('T', dtypeOf.get(id)!)])
  })
  return savedModel(pb, graph)
}

function savedModel(pb: Messages, graph: Message): Uint8Array {
  const versions = new pb.VersionDef()
  versions.setProducer(PRODUCER)
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

/** The binding has no code for attributes that are tensors: eager operations never have one. */
const TENSOR = -1

function attributeOf(pb: Messages, codes: TypeCodes, { name, type, value }: Attribute): Message {
  const attribute = new pb.AttrValue()
  if (type === TENSOR) attribute.setTensor(tensorOf(pb, codes, value as Constant))
  else if (type === codes.TF_ATTR_SHAPE) attribute.setShape(shapeOf(pb, value as number[]))
  else if (Array.isArray(value)) attribute.setList(listOf(pb, codes, name, type, value))
  else if (type === codes.TF_ATTR_TYPE) attribute.setType(value)
  else if (type === codes.TF_ATTR_BOOL) attribute.setB(value)
  else if (type === codes.TF_ATTR_INT) attribute.setI(value)
  else if (type === codes.TF_ATTR_FLOAT) attribute.setF(value)
  else if (type === codes.TF_ATTR_STRING) attribute.setS(Buffer.from(String(value)))
  else throw new Error(`An attribute ${name} of type ${type} cannot be recorded.`)
  return attribute
}

function listOf(pb: Messages, codes: TypeCodes, name: string, type: number, values: unknown[]): Message {
  const list = new pb.AttrValue.ListValue()
  for (const value of values) {
    if (type === codes.TF_ATTR_INT) list.addI(value)
    else if (type === codes.TF_ATTR_TYPE) list.addType(value)
    else if (type === codes.TF_ATTR_FLOAT) list.addF(value)
    else throw new Error(`A list attribute ${name} of type ${type} cannot be recorded.`)
  }
  return list
}

function shapeOf(pb: Messages, dimensions: number[]): Message {
  const shape = new pb.TensorShape()
  for (const size of dimensions) {
    const dimension = new pb.TensorShape.Dim()
    dimension.setSize(size)
    shape.addDim(dimension)
  }
  return shape
}

function tensorOf(pb: Messages, codes: TypeCodes, { shape, dtype, values }: Constant): Message {
  const tensor = new pb.Tensor()
  tensor.setDtype(dtype)
  tensor.setTensorShape(shapeOf(pb, shape))
  tensor.setTensorContent(bytesOf(codes, values, dtype))
  return tensor
}

function bytesOf(codes: TypeCodes, values: unknown, dtype: number): Uint8Array {
  if (ArrayBuffer.isView(values)) return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const list = values as number[]
  if (dtype === codes.TF_INT32) return new Uint8Array(Int32Array.from(list).buffer)
  return dtype === codes.TF_BOOL ? Uint8Array.from(list) : new Uint8Array(Float32Array.from(list).buffer)
}
