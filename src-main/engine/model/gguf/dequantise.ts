/**
 * The storage formats of GGUF tensors, widened to 32-bit floats. Quantised ones come in blocks with their own scales; the layouts are
 * those of ggml (block_q4_0 and its like in ggml-common.h), and products are rounded to 32 bits where its reference code rounds them.
 */
import { widenBfloat16, widenFloat16 } from '../half-floats.ts'

export interface BlockType {
  /** Number of the format in the file. */
  id: number
  name: string
  /** Values a block, and its size. */
  elements: number
  bytes: number
  /** @param bytes whole blocks, in a buffer of their own */
  widen: (bytes: Buffer) => Float32Array
}

/** Fills a block's values. @param half the same bytes as 16-bit floats: `half[at / 2]` is the one at byte `at` */
type Unpack = (bytes: Buffer, half: Float16Array, at: number, out: Float32Array, to: number) => void

const f32 = Math.fround

const blocks = (id: number, name: string, elements: number, bytes: number, unpack: Unpack): BlockType => ({
  id,
  name,
  elements,
  bytes,
  widen(buffer) {
    const count = buffer.length / bytes
    const half = new Float16Array(buffer.buffer, buffer.byteOffset, buffer.length / 2)
    const out = new Float32Array(count * elements)
    for (let i = 0; i < count; i++) unpack(buffer, half, i * bytes, out, i * elements)
    return out
  },
})

/** Scale; 32 signed bytes. */
const q8_0: Unpack = (bytes, half, at, out, to) => {
  const scale = half[at / 2]
  for (let i = 0; i < 32; i++) out[to + i] = scale * ((bytes[at + 2 + i] << 24) >> 24)
}

/** Scale; 32 nibbles around 8, the first half of the values in the low ones. */
const q4_0: Unpack = (bytes, half, at, out, to) => {
  const scale = half[at / 2]
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 2 + i]
    out[to + i] = scale * ((pair & 15) - 8)
    out[to + i + 16] = scale * ((pair >> 4) - 8)
  }
}

/** Scale, least value; 32 nibbles above it. */
const q4_1: Unpack = (bytes, half, at, out, to) => {
  const scale = half[at / 2]
  const least = half[at / 2 + 1]
  for (let i = 0; i < 16; i++) {
    const pair = bytes[at + 4 + i]
    out[to + i] = f32(scale * (pair & 15)) + least
    out[to + i + 16] = f32(scale * (pair >> 4)) + least
  }
}

/** Eight 6-bit scales and eight 6-bit minima, packed into 12 bytes. @returns [scale, minimum] of sub-block `i` */
function sixBits(bytes: Buffer, at: number, i: number): [number, number] {
  if (i < 4) return [bytes[at + i] & 63, bytes[at + i + 4] & 63]
  const low = bytes[at + i + 4]
  return [(low & 15) | ((bytes[at + i - 4] >> 6) << 4), (low >> 4) | ((bytes[at + i] >> 6) << 4)]
}

/** Scale of scales, scale of minima, 8 of each; 256 nibbles, in pairs of sub-blocks of 32. */
const q4_k: Unpack = (bytes, half, at, out, to) => kNibbles(bytes, half, at, out, to, at + 16, () => 0)

/** As q4_k, with a fifth bit of each value in 32 bytes before the nibbles: bit b for sub-block b. */
const q5_k: Unpack = (bytes, half, at, out, to) =>
  kNibbles(bytes, half, at, out, to, at + 48, (block, i) => ((bytes[at + 16 + i] >> block) & 1) << 4)

function kNibbles(
  bytes: Buffer,
  half: Float16Array,
  at: number,
  out: Float32Array,
  to: number,
  nibbles: number,
  high: (block: number, i: number) => number,
): void {
  for (let block = 0; block < 8; block++) {
    const [scale, minimum] = sixBits(bytes, at + 4, block)
    const d = f32(half[at / 2] * scale)
    const m = f32(half[at / 2 + 1] * minimum)
    const from = nibbles + 32 * (block >> 1)
    const shift = 4 * (block & 1)
    for (let i = 0; i < 32; i++)
      out[to + 32 * block + i] = f32(d * (((bytes[from + i] >> shift) & 15) + high(block, i))) - m
  }
}

/** 128 bytes of low nibbles, 64 of upper bit pairs, 16 signed scales, their scale last; values around 32. */
const q6_k: Unpack = (bytes, half, at, out, to) => {
  const d = half[(at + 208) / 2]
  for (let i = 0; i < 256; i++) {
    const [part, lane, l] = [i >> 7, (i >> 5) & 3, i & 31]
    const low = (bytes[at + 64 * part + 32 * (lane & 1) + l] >> (4 * (lane >> 1))) & 15
    const high = (bytes[at + 128 + 32 * part + l] >> (2 * lane)) & 3
    const scale = (bytes[at + 192 + (i >> 4)] << 24) >> 24
    out[to + i] = f32(d * scale) * ((low | (high << 4)) - 32)
  }
}

export const blockTypes: readonly BlockType[] = [
  { id: 0, name: 'F32', elements: 1, bytes: 4, widen: (b) => new Float32Array(b.buffer, b.byteOffset, b.length / 4) },
  { id: 1, name: 'F16', elements: 1, bytes: 2, widen: widenFloat16 },
  { id: 30, name: 'BF16', elements: 1, bytes: 2, widen: widenBfloat16 },
  blocks(8, 'Q8_0', 32, 34, q8_0),
  blocks(2, 'Q4_0', 32, 18, q4_0),
  blocks(3, 'Q4_1', 32, 20, q4_1),
  blocks(12, 'Q4_K', 256, 144, q4_k),
  blocks(13, 'Q5_K', 256, 176, q5_k),
  blocks(14, 'Q6_K', 256, 210, q6_k),
]
