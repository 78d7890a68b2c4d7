/**
 * Weights in the safetensors format (https://huggingface.co/docs/safetensors): 8 bytes with the header's length, a JSON header with each
 * tensor's dtype, shape and byte range, then the bytes, without gaps or overlaps.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { syncFolder } from './durable.ts'

export interface TensorData {
  /** Empty for a scalar. */
  shape: number[]
  /** Row-major. */
  data: Float32Array
}

/** What the format's own reader allows. */
const maxHeaderBytes = 100_000_000
const bytesOf: Record<string, number> = { F32: 4, F16: 2, BF16: 2 }

interface Entry {
  name: string
  dtype: string
  shape: number[]
  begin: number
  end: number
}

/**
 * All tensors of a file, widened to 32 bits.
 * @throws StudioError bad-model, naming the file and the tensor: missing, truncated, not contiguous, another dtype, not finite
 */
export function readSafetensors(path: string): Map<string, TensorData> {
  const fail = (what: string, hint = 'Fetch or write the file again.'): never => {
    throw new StudioError('bad-model', `${path} ${what}`, hint)
  }
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return fail(`cannot be read: ${(error as Error).message}.`, 'Check the path of the model folder.')
  }
  try {
    const size = fstatSync(file).size
    if (size < 8) fail(`is no safetensors file: it has ${size} bytes.`)
    const headerBytes = Number(readBytes(file, 0, 8).readBigUInt64LE())
    if (headerBytes > maxHeaderBytes || headerBytes > size - 8)
      fail(`is damaged or no safetensors file: its header would have ${headerBytes} bytes, the file has ${size}.`)
    const start = 8 + headerBytes
    const tensors = new Map<string, TensorData>()
    for (const entry of parseHeader(readBytes(file, 8, headerBytes).toString('utf8'), size - start, fail)) {
      const bytes = readBytes(file, start + entry.begin, entry.end - entry.begin)
      const data = widen(bytes, entry.dtype)
      const bad = data.findIndex((x) => !Number.isFinite(x))
      if (bad >= 0)
        fail(
          `holds ${data[bad]} in tensor "${entry.name}" at element ${bad}.`,
          'Weights must be finite; take an earlier checkpoint.',
        )
      tensors.set(entry.name, { shape: entry.shape, data })
    }
    return tensors
  } finally {
    closeSync(file)
  }
}

/** Entries in the order of their bytes; checks that they cover exactly `dataBytes`. */
function parseHeader(text: string, dataBytes: number, fail: (what: string, hint?: string) => never): Entry[] {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    return fail('is damaged or no safetensors file: its header is not JSON.')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return fail('has no header object.')
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]): Entry => {
      const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>
      if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2)
        return fail(`has no valid dtype, shape and data_offsets for tensor "${name}".`)
      const width = bytesOf[dtype]
      if (width === undefined)
        return fail(
          `has tensor "${name}" in ${dtype}, which cannot be used.`,
          `Convert the model: ${Object.keys(bytesOf).join(', ')} can be read.`,
        )
      const [begin, end] = offsets
      const bytes = shape.reduce((product, n) => product * n, width)
      if (end - begin !== bytes)
        fail(`gives tensor "${name}" ${end - begin} bytes, but [${shape.join(', ')}] in ${dtype} has ${bytes}.`)
      return { name, dtype, shape, begin, end }
    })
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = 0
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      fail(`has ${begin < at ? 'an overlap' : 'a gap'} before tensor "${name}": it begins at byte ${begin}, not ${at}.`)
    at = end
  }
  if (at > dataBytes) fail(`is truncated: ${dataBytes} of ${at} bytes of tensors are there.`)
  if (at < dataBytes) fail(`has ${dataBytes - at} bytes that belong to no tensor.`)
  return entries
}

/**
 * Writes 32-bit tensors; the same tensors give the same bytes, in whatever order they come. The file is complete on disk, or the old one
 * is still there.
 * @throws StudioError disk-full or checkpoint, naming the file; bad-model for a tensor that is not finite or does not fit its shape
 */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, TensorData>): void {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let at = 0
  for (const [name, { shape, data }] of sorted) {
    const elements = shape.reduce((product, n) => product * n, 1)
    if (elements !== data.length)
      throw new StudioError(
        'bad-model',
        `Tensor "${name}" has ${data.length} elements, not the ${elements} of [${shape.join(', ')}].`,
      )
    const bad = data.findIndex((x) => !Number.isFinite(x))
    if (bad >= 0)
      throw new StudioError(
        'bad-model',
        `Tensor "${name}" holds ${data[bad]} at element ${bad}; ${path} was not written.`,
        'Go back to the last checkpoint and lower the learning rate.',
      )
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  // spaces up to a multiple of 8 bytes, so that the tensors are aligned
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))

  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeWhole(temporary, [
      length,
      padded,
      ...sorted.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    ])
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new StudioError(
          'disk-full',
          `The disk is full: ${path} could not be written.`,
          'Free some space, then resume.',
          { cause: error },
        )
      : new StudioError(
          'checkpoint',
          `${path} could not be written: ${message}.`,
          'Check that the folder exists and can be written.',
          {
            cause: error,
          },
        )
  }
}

function writeWhole(path: string, parts: Buffer[]): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** A buffer of its own, so that 32-bit tensors can be viewed in place. */
function readBytes(file: number, position: number, length: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(length))
  for (let done = 0; done < length; ) {
    const n = readSync(file, bytes, done, Math.min(length - done, 1 << 30), position + done)
    if (n === 0) throw new StudioError('bad-model', 'The file became shorter while it was read.', 'Try again.')
    done += n
  }
  return bytes
}

function widen(bytes: Buffer, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.buffer)
  const half = new Uint16Array(bytes.buffer)
  if (dtype === 'F16') return Float32Array.from(new Float16Array(bytes.buffer))
  // bfloat16 is the upper half of a 32-bit float
  const words = new Uint32Array(half.length)
  half.forEach((h, i) => {
    words[i] = h << 16
  })
  return new Float32Array(words.buffer)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}
