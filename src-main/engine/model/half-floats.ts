/** 16-bit floats widened to 32 bits. */

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
