/**
 * Reads the safetensors format (https://huggingface.co/docs/safetensors): 8 bytes with the header's length, a JSON header with each
 * tensor's dtype, shape and byte range, then the bytes, without gaps or overlaps.
 */
import { dirname, join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { widenBfloat16, widenFloat16 } from './half-floats.ts'
import { readJsonObject } from './json-file.ts'
import { type OpenFile, openFile, requireFinite, type TensorStore } from './tensor-store.ts'

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

type Fail = (what: string, hint?: string) => never

/** @throws StudioError bad-model, naming the file and the tensor: missing, truncated, not contiguous, another dtype */
export function openSafetensors(path: string): TensorStore {
  const file = openFile(path)
  try {
    const { start, entries } = readHeader(file)
    return {
      source: path,
      files: [path],
      shapes: new Map([...entries.values()].map(({ name, shape }) => [name, shape])),
      read(name) {
        const { dtype, begin, end } = entries.get(name)!
        return requireFinite(widen(file.bytes(start + begin, end - begin), dtype), name, path)
      },
      close: file.close,
    }
  } catch (error) {
    file.close()
    throw error
  }
}

/**
 * The weights of a model that lie in several files beside an index, as large models do.
 * @param path of a model.safetensors.index.json
 * @throws StudioError bad-model, also for an index that names a file elsewhere or a tensor that its file does not have
 */
export function openSharded(path: string): TensorStore {
  const fail: Fail = (what, hint = 'Fetch the model again.') => {
    throw new StudioError('bad-model', `${path} ${what}`, hint)
  }
  const map = readJsonObject(path).weight_map
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return fail('has no weight_map.')
  const placed = Object.entries(map)
  for (const [name, file] of placed)
    if (typeof file !== 'string' || !/^[\w-][\w.-]*\.safetensors$/.test(file))
      fail(`places tensor "${name}" in ${JSON.stringify(file)}, which is no safetensors file beside it.`)
  const shards = new Map<string, TensorStore>()
  try {
    for (const file of new Set(placed.map(([, file]) => file as string)))
      shards.set(file, openSafetensors(join(dirname(path), file)))
    const shapes = placed.map(([name, file]): [string, readonly number[]] => [
      name,
      shards.get(file)!.shapes.get(name) ?? fail(`places tensor "${name}" in ${file}, which does not have it.`),
    ])
    const fileOf = new Map(placed as [string, string][])
    return {
      source: path,
      files: [...shards.values()].flatMap(({ files }) => files),
      shapes: new Map(shapes),
      read: (name) => shards.get(fileOf.get(name)!)!.read(name),
      close() {
        for (const shard of shards.values()) shard.close()
      },
    }
  } catch (error) {
    for (const shard of shards.values()) shard.close()
    throw error
  }
}

function readHeader(file: OpenFile): { start: number; entries: Map<string, Entry> } {
  const { path, size } = file
  const fail: Fail = (what, hint = 'Fetch or write the file again.') => {
    throw new StudioError('bad-model', `${path} ${what}`, hint)
  }
  if (size < 8) fail(`is no safetensors file: it has ${size} bytes.`)
  const headerBytes = Number(file.bytes(0, 8).readBigUInt64LE())
  if (headerBytes > maxHeaderBytes || headerBytes > size - 8)
    fail(`is damaged or no safetensors file: its header would have ${headerBytes} bytes, the file has ${size}.`)
  const start = 8 + headerBytes
  const entries = parseHeader(file.bytes(8, headerBytes).toString('utf8'), size - start, fail)
  return { start, entries: new Map(entries.map((entry) => [entry.name, entry])) }
}

/** Entries in the order of their bytes; checks that they cover exactly `dataBytes`. */
function parseHeader(text: string, dataBytes: number, fail: Fail): Entry[] {
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

function widen(bytes: Buffer, dtype: string): Float32Array {
  if (dtype === 'F32') return new Float32Array(bytes.buffer)
  return dtype === 'F16' ? widenFloat16(bytes) : widenBfloat16(bytes)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0)
}
