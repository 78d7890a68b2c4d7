/** 16-bit floats, widened to 32 bits and back. */

/** IEEE 754 binary16. @param bytes of a buffer of its own */
export function widenFloat16(bytes: Buffer): Float32Array {
  return new Float32Array(new Float16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2))
}

/** bfloat16, the upper half of a 32-bit float. @param bytes of a buffer of its own */
export function widenBfloat16(bytes: Buffer): Float32Array {
  const half = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2)
  const words = new Uint32Array(half.length)
  for (let i = 0; i < half.length; i++) words[i] = half[i] << 16
  return new Float32Array(words.buffer)
}

/** Rounded to the nearest, ties to even. @throws RangeError with the first value that is beyond 65,504, binary16's largest */
export function narrowFloat16(data: Float32Array): Uint8Array {
  const half = new Float16Array(data)
  const bad = half.findIndex((x) => !Number.isFinite(x))
  if (bad >= 0) throw new RangeError(`${data[bad]}`)
  return new Uint8Array(half.buffer)
}

/** Rounded to the nearest, ties to even. @throws RangeError with the first value that rounds beyond bfloat16's largest */
export function narrowBfloat16(data: Float32Array): Uint8Array {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.length)
  const half = new Uint16Array(data.length)
  for (let i = 0; i < words.length; i++) {
    half[i] = (words[i] + 0x7fff + ((words[i] >>> 16) & 1)) >>> 16
    if ((half[i] & 0x7f80) === 0x7f80) throw new RangeError(`${data[i]}`)
  }
  return new Uint8Array(half.buffer)
}
