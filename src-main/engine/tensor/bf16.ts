/**
 * Matrix products of bfloat16: their operands are rounded to 8 bits of mantissa and multiplied at twice the speed, by processors that can. All else
 * stays float32: weights, moments, softmax, norms, and attention's products, which are small beside the others.
 */
import { readFileSync } from 'node:fs'
import { StudioError } from '../../contract/errors.ts'
import type { BackendName } from './backend.ts'
import type { Attribute, Metadata, Operation, TypeCodes } from './graph-def.ts'
import type { Recording } from './recording.ts'

/** TensorFlow's DT_BFLOAT16; the binding has no name for it. */
const BFLOAT16 = 14

/** What Linux calls it. Elsewhere nothing says whether the processor has them, and rounding by hand would be slower than float32. */
export function hasBf16Products(): boolean {
  try {
    return /\b(avx512_bf16|amx_bf16)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))
  } catch {
    return false
  }
}

/** @throws StudioError backend where graphs cannot have such products, or the processor would not be faster with them */
export function requireBf16Products(backend: BackendName, processor = hasBf16Products()): void {
  const missing =
    backend !== 'tensorflow' ? `the tensor backend ${backend}` : processor ? null : 'this machine’s processor'
  if (missing)
    throw new StudioError(
      'backend',
      `The recipe asks for bfloat16 products, which ${missing} does not have.`,
      'Set bf16Products to false; everything is then computed in float32.',
    )
}

/** The same recording with bfloat16 operands for every product of two matrices. */
export function withBf16Products(codes: TypeCodes, recording: Recording): Recording {
  const shapes = new Map<number, readonly number[]>()
  const note = ({ id, shape }: Metadata) => shapes.set(id, shape)
  recording.placeholders.forEach(note)
  for (const [id, { shape }] of recording.constants) shapes.set(id, shape)
  for (const o of recording.operations) o.outputs.forEach(note)
  const all = [...recording.placeholders.map((p) => p.id), ...shapes.keys()]
  let nextId = Math.min(...all) - 1

  const type = (name: string, value: number): Attribute => ({ name, type: codes.TF_ATTR_TYPE, value })
  const truncate = { name: 'Truncate', type: codes.TF_ATTR_BOOL, value: false }
  const rounded = new Map<number, number>()
  const operations: Operation[] = []
  const cast = (input: number, from: number, to: number, output: Metadata) =>
    operations.push({
      name: 'Cast',
      attributes: [type('SrcT', from), type('DstT', to), truncate],
      inputs: [input],
      outputs: [output],
    })
  const fresh = (): Metadata => ({ id: nextId--, shape: [], dtype: BFLOAT16 })
  /** A weight that several lanes multiply by is rounded once. */
  const roundedOf = (id: number) => {
    const before = rounded.get(id)
    if (before !== undefined) return before
    const result = fresh()
    cast(id, codes.TF_FLOAT, BFLOAT16, result)
    rounded.set(id, result.id)
    return result.id
  }
  const isMatrix = (id: number) =>
    shapes
      .get(id)!
      .slice(0, -2)
      .every((size) => size === 1)

  for (const o of recording.operations) {
    if (o.name !== 'BatchMatMulV2' || !o.inputs.every(isMatrix)) {
      operations.push(o)
      continue
    }
    const product = fresh()
    const attributes = o.attributes.map((a) => (a.name === 'T' ? type('T', BFLOAT16) : a))
    operations.push({ ...o, attributes, inputs: o.inputs.map(roundedOf), outputs: [product] })
    cast(product.id, BFLOAT16, codes.TF_FLOAT, o.outputs[0])
  }
  return { ...recording, operations }
}
