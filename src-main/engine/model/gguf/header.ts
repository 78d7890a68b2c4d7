/**
 * The header of a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): key-value metadata, then the place of each
 * tensor. Every count and length is checked against what the file can hold before anything of that size is made.
 */
import { StudioError } from '../../../contract/errors.ts'
import type { OpenFile } from '../tensor-store.ts'
import { type BlockType, blockTypes } from './dequantise.ts'

export type GgufValue = number | boolean | string | GgufValue[]

export interface GgufTensor {
  name: string
  type: BlockType
  /** Row-major, slowest first (GGUF itself writes the fastest first). */
  shape: number[]
  /** Where its bytes are in the file. */
  position: number
  bytes: number
}

export interface GgufHeader {
  metadata: ReadonlyMap<string, GgufValue>
  tensors: ReadonlyMap<string, GgufTensor>
}

export type Fail = (what: string, hint?: string) => never

/** Far above any real file: Llama 3 405B has 1,138 tensors. */
const maxTensors = 65_536
const maxKeys = 65_536
const maxStringBytes = 16_000_000
const maxDimensions = 4

/** @throws StudioError bad-model, naming the file and what is wrong in it */
export function readHeader(file: OpenFile): GgufHeader {
  const fail: Fail = (what, hint = 'Fetch the file again.') => {
    throw new StudioError('bad-model', `${file.path} ${what}`, hint)
  }
  const reader = new HeaderReader(file, fail)
  if (file.size < 24 || reader.take(4).toString('latin1') !== 'GGUF') fail('is no GGUF file.')
  const version = reader.u32()
  if (version !== 2 && version !== 3)
    fail(`is GGUF of version ${version}; versions 2 and 3 can be read.`, 'Convert the model anew with llama.cpp.')
  const tensorCount = reader.count('tensors', maxTensors)
  const keyCount = reader.count('metadata entries', maxKeys)
  const metadata = new Map<string, GgufValue>()
  for (let i = 0; i < keyCount; i++) {
    const key = reader.string()
    if (metadata.has(key)) fail(`names ${JSON.stringify(key.slice(0, 80))} twice in its metadata.`)
    metadata.set(key, reader.value(reader.u32(), 0))
  }
  const infos = Array.from({ length: tensorCount }, () => tensorInfo(reader, fail))
  const alignment = metadata.get('general.alignment') ?? 32
  if (typeof alignment !== 'number' || alignment < 8 || alignment > 1 << 20 || Math.log2(alignment) % 1 !== 0)
    fail(`has general.alignment ${JSON.stringify(alignment)}, which must be a power of two from 8.`)
  const start = Math.ceil(reader.position / (alignment as number)) * (alignment as number)
  return { metadata, tensors: placed(infos, start, alignment as number, file.size, fail) }
}

interface TensorInfo {
  name: string
  type: BlockType
  shape: number[]
  offset: number
  bytes: number
}

function tensorInfo(reader: HeaderReader, fail: Fail): TensorInfo {
  const name = reader.string()
  const shown = JSON.stringify(name.slice(0, 80))
  const dimensions = reader.u32()
  if (dimensions > maxDimensions)
    fail(`gives tensor ${shown} ${dimensions} dimensions; at most ${maxDimensions} can be.`)
  const fastestFirst = Array.from({ length: dimensions }, () => reader.u64())
  const typeNumber = reader.u32()
  const offset = reader.u64()
  const type = blockTypes.find(({ id }) => id === typeNumber)
  if (!type)
    return fail(
      `has tensor ${shown} in the format with number ${typeNumber}, which cannot be read.`,
      `Take one in ${blockTypes.map((t) => t.name).join(', ')} (files named Q4_K_M or Q5_K_M are).`,
    )
  const elements = fastestFirst.reduce((product, n) => product * n, 1)
  if (!Number.isSafeInteger(elements) || fastestFirst.includes(0))
    fail(`gives tensor ${shown} the shape [${fastestFirst.join(', ')}].`)
  if ((fastestFirst[0] ?? 1) % type.elements !== 0)
    fail(`gives tensor ${shown} rows of ${fastestFirst[0]} values, which are no whole blocks of ${type.name}.`)
  return { name, type, shape: fastestFirst.reverse(), offset, bytes: (elements / type.elements) * type.bytes }
}

/** Checks that every tensor lies within the file and on bytes of its own. */
function placed(infos: TensorInfo[], start: number, alignment: number, size: number, fail: Fail) {
  const tensors = new Map<string, GgufTensor>()
  let end = 0
  for (const { name, offset, bytes, type, shape } of infos.toSorted((a, b) => a.offset - b.offset)) {
    const shown = JSON.stringify(name.slice(0, 80))
    if (tensors.has(name)) fail(`has tensor ${shown} twice.`)
    if (offset % alignment !== 0) fail(`places tensor ${shown} at byte ${offset}, no multiple of ${alignment}.`)
    if (offset < end) fail(`places tensor ${shown} at byte ${offset}, where another one goes on to byte ${end}.`)
    end = offset + bytes
    if (start + end > size)
      fail(`is truncated or damaged: tensor ${shown} would end at byte ${start + end}, the file has ${size}.`)
    tensors.set(name, { name, type, shape, position: start + offset, bytes })
  }
  return tensors
}

const windowBytes = 1 << 20

/** Reads from the start on, through a window of the file. */
class HeaderReader {
  position = 0
  private readonly file: OpenFile
  private readonly fail: Fail
  private window: Buffer = Buffer.alloc(0)
  private windowStart = 0

  constructor(file: OpenFile, fail: Fail) {
    this.file = file
    this.fail = fail
  }

  take(length: number): Buffer {
    if (length > this.file.size - this.position)
      this.fail(`is truncated or damaged: its header goes on after byte ${this.file.size}.`)
    const from = this.position - this.windowStart
    if (from + length > this.window.length) {
      this.windowStart = this.position
      this.window = this.file.bytes(
        this.position,
        Math.min(Math.max(length, windowBytes), this.file.size - this.position),
      )
    }
    const at = this.position - this.windowStart
    this.position += length
    return this.window.subarray(at, at + length)
  }

  u32(): number {
    return this.take(4).readUInt32LE()
  }

  u64(): number {
    const value = this.take(8).readBigUInt64LE()
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`is damaged: it has a number of ${value} in its header.`)
    return Number(value)
  }

  count(what: string, most: number): number {
    const n = this.u64()
    if (n > most) this.fail(`is damaged or hostile: it would have ${n} ${what}; ${most} are allowed.`)
    return n
  }

  string(): string {
    const bytes = this.u64()
    if (bytes > maxStringBytes)
      this.fail(`is damaged or hostile: it has a text of ${bytes} bytes; ${maxStringBytes} are allowed.`)
    return this.take(bytes).toString('utf8')
  }

  value(type: number, depth: number): GgufValue {
    const scalar = scalars[type]
    if (scalar) return scalar.read(this.take(scalar.bytes))
    if (type === 8) return this.string()
    if (type === 10 || type === 11) return this.wide(type === 11)
    if (type !== 9) return this.fail(`is damaged: it has a value of the unknown type ${type} in its metadata.`)
    if (depth > 1) return this.fail('is damaged or hostile: lists within lists within lists in its metadata.')
    const element = this.u32()
    const n = this.u64()
    // a text or list takes 8 bytes at least
    if (n * (scalars[element]?.bytes ?? 8) > this.file.size - this.position)
      this.fail(`is truncated or damaged: a list of ${n} values does not fit into it.`)
    const list: GgufValue[] = []
    for (let i = 0; i < n; i++) list.push(this.value(element, depth + 1))
    return list
  }

  private wide(signed: boolean): number {
    const bytes = this.take(8)
    return Number(signed ? bytes.readBigInt64LE() : bytes.readBigUInt64LE())
  }
}

/** Metadata types of a fixed size, by their number. */
const scalars: Record<number, { bytes: number; read: (bytes: Buffer) => number | boolean }> = {
  0: { bytes: 1, read: (b) => b.readUInt8() },
  1: { bytes: 1, read: (b) => b.readInt8() },
  2: { bytes: 2, read: (b) => b.readUInt16LE() },
  3: { bytes: 2, read: (b) => b.readInt16LE() },
  4: { bytes: 4, read: (b) => b.readUInt32LE() },
  5: { bytes: 4, read: (b) => b.readInt32LE() },
  6: { bytes: 4, read: (b) => b.readFloatLE() },
  7: { bytes: 1, read: (b) => b.readUInt8() !== 0 },
  12: { bytes: 8, read: (b) => b.readDoubleLE() },
}
