/** Writes a GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, version 3). */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** A metadata value with the type that the file gives it. */
export interface MetadataValue {
  type: number
  bytes: Buffer
}

export type Metadata = ReadonlyMap<string, MetadataValue>

export interface GgufTensorToWrite {
  name: string
  /** Row-major, slowest first; the file has the fastest first. */
  shape: readonly number[]
  /** Number of the format. */
  type: number
  byteLength: number
  /** Asked for when its turn comes, so that one tensor is held at a time. */
  bytes: () => Promise<Uint8Array>
}

const alignment = 32

export const u32 = (value: number): MetadataValue => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return { type: 4, bytes }
}

export const f32 = (value: number): MetadataValue => {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return { type: 6, bytes }
}

export const flag = (value: boolean): MetadataValue => ({ type: 7, bytes: Buffer.of(value ? 1 : 0) })

export const text = (value: string): MetadataValue => {
  const bytes = Buffer.from(value)
  return { type: 8, bytes: Buffer.concat([u64(bytes.length), bytes]) }
}

/** A list of one type. */
const list = (type: number, values: MetadataValue[]): MetadataValue => ({
  type: 9,
  bytes: Buffer.concat([u32(type).bytes, u64(values.length), ...values.map(({ bytes }) => bytes)]),
})

export const texts = (values: readonly string[]): MetadataValue => list(8, values.map(text))

/** 32-bit signed, as llama.cpp wants token types. */
export const integers = (values: readonly number[]): MetadataValue => {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, i) => {
    bytes.writeInt32LE(value, 4 * i)
  })
  return { type: 9, bytes: Buffer.concat([u32(5).bytes, u64(values.length), bytes]) }
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const padding = (length: number): Buffer => Buffer.alloc(-length & (alignment - 1))

/** @returns bytes written, all on the disk */
export async function writeGguf(
  path: string,
  metadata: Metadata,
  tensors: readonly GgufTensorToWrite[],
): Promise<number> {
  const head: Buffer[] = [Buffer.from('GGUF'), u32(3).bytes, u64(tensors.length), u64(metadata.size)]
  for (const [key, { type, bytes }] of metadata) head.push(text(key).bytes, u32(type).bytes, bytes)
  let offset = 0
  for (const { name, shape, type, byteLength } of tensors) {
    head.push(text(name).bytes, u32(shape.length).bytes, ...shape.toReversed().map(u64), u32(type).bytes, u64(offset))
    offset += byteLength + padding(byteLength).length
  }
  const file = openSync(path, 'w')
  let written = 0
  const write = (bytes: Uint8Array): void => {
    for (const part of [bytes, padding(bytes.length)])
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at)
    written += bytes.length + padding(bytes.length).length
  }
  try {
    write(Buffer.concat(head))
    for (const tensor of tensors) write(await tensor.bytes())
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return written
}
