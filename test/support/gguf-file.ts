/** Writes GGUF files for tests, good and bad, from the format's description alone. */
export type MetadataValue = string | number | boolean | string[] | number[]

export interface TensorInfo {
  name: string
  /** Row-major; the file has the fastest first. */
  shape: number[]
  /** Number of the format; 0 is F32. */
  type: number
  bytes: Uint8Array
  /** Where it says that the bytes are, if not where they are. */
  offset?: number
}

const u32 = (n: number): Buffer => {
  const b = Buffer.alloc(4)
  b.writeUInt32LE(n)
  return b
}
export const u64 = (n: number | bigint): Buffer => {
  const b = Buffer.alloc(8)
  b.writeBigUInt64LE(BigInt(n))
  return b
}
const text = (s: string): Buffer => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)])
const f32 = (x: number) => Buffer.from(Float32Array.of(x).buffer)

function typed(value: MetadataValue): { type: number; bytes: Buffer } {
  if (typeof value === 'string') return { type: 8, bytes: text(value) }
  if (typeof value === 'boolean') return { type: 7, bytes: Buffer.of(value ? 1 : 0) }
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 ? { type: 4, bytes: u32(value) } : { type: 6, bytes: f32(value) }
  const elements = value.map(typed)
  const type = elements[0]?.type ?? 4
  return { type: 9, bytes: Buffer.concat([u32(type), u64(value.length), ...elements.map((e) => e.bytes)]) }
}

/** @param counts what the header says of their numbers, if not the truth */
export function ggufFile(
  metadata: Record<string, MetadataValue>,
  tensors: TensorInfo[],
  counts: { version?: number; tensors?: number | bigint; keys?: number | bigint } = {},
): Buffer {
  const keys = Object.entries(metadata)
  const head: Buffer[] = [
    Buffer.from('GGUF'),
    u32(counts.version ?? 3),
    u64(counts.tensors ?? tensors.length),
    u64(counts.keys ?? keys.length),
  ]
  for (const [key, value] of keys) {
    const { type, bytes } = typed(value)
    head.push(text(key), u32(type), bytes)
  }
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 31)])
  let at = 0
  for (const { name, shape, type, bytes, offset } of tensors) {
    head.push(text(name), u32(shape.length), ...[...shape].reverse().map(u64), u32(type), u64(offset ?? at))
    at += padded(bytes).length
  }
  return Buffer.concat([padded(Buffer.concat(head)), ...tensors.map(({ bytes }) => padded(bytes))])
}
