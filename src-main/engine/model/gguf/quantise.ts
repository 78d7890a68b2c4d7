/** 32-bit floats packed into the storage formats that a GGUF file is written in; what `dequantise.ts` reads, the other way. */
import type { GgufType } from '../../../contract/model-formats.ts'
import { narrowFloat16 } from '../half-floats.ts'

export interface Packing {
  /** Numbers in the file: of a tensor's format, and of a file that mostly has it. */
  id: number
  fileType: number
  /** Values a block, and its size. */
  elements: number
  bytes: number
  /** @param data whole blocks, finite @throws RangeError with the value that the format cannot hold */
  pack: (data: Float32Array) => Uint8Array
}

export const packings: Record<GgufType, Packing> = {
  f32: { id: 0, fileType: 0, elements: 1, bytes: 4, pack: (d) => new Uint8Array(d.buffer, d.byteOffset, d.byteLength) },
  f16: { id: 1, fileType: 1, elements: 1, bytes: 2, pack: narrowFloat16 },
  q8_0: { id: 8, fileType: 7, elements: 32, bytes: 34, pack: packQ8 },
}

/**
 * Blocks of 32: their scale (the largest magnitude / 127) as a 16-bit float, then the values over it as signed bytes. Rounded as ggml's
 * `quantize_row_q8_0_ref` does it, in 32 bits and half away from zero.
 */
function packQ8(data: Float32Array): Uint8Array {
  const out = new Uint8Array((data.length / 32) * 34)
  const view = new DataView(out.buffer)
  for (let from = 0, at = 0; from < data.length; from += 32, at += 34) {
    let largest = 0
    for (let i = from; i < from + 32; i++) largest = Math.max(largest, Math.abs(data[i]))
    const scale = Math.fround(largest / 127)
    if (!Number.isFinite(Math.f16round(scale))) throw new RangeError(`${largest}`)
    view.setFloat16(at, scale, true)
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale)
    for (let i = 0; i < 32; i++) {
      const scaled = Math.fround(data[from + i] * inverse)
      view.setInt8(at + 2 + i, Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5))
    }
  }
  return out
}
