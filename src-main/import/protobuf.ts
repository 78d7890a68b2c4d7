/** The wire format of protocol buffers, as far as reading it goes. */

export interface Field {
  number: number
  /** Of varints. */
  value: number
  /** Of everything else, 4 and 8 bytes for fixed numbers. */
  bytes: Buffer
}

const none = Buffer.alloc(0)

/** @throws Error for a message that ends inside a field */
export function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0
  const varint = () => {
    let [value, scale] = [0, 1]
    for (;;) {
      if (at >= message.length) throw new Error('a message ends inside a number')
      const byte = message[at++]
      value += (byte & 127) * scale
      if (byte < 128) break
      scale *= 128
    }
    // of negative numbers, which take ten bytes
    return value >= 2 ** 63 ? value - 2 ** 64 : value
  }
  while (at < message.length) {
    const key = varint()
    const [number, type] = [Math.floor(key / 8), key % 8]
    if (type === 0) {
      yield { number, value: varint(), bytes: none }
      continue
    }
    const length = type === 1 ? 8 : type === 5 ? 4 : type === 2 ? varint() : -1
    if (length < 0 || at + length > message.length) throw new Error('a message ends inside a field')
    yield { number, value: 0, bytes: message.subarray(at, at + length) }
    at += length
  }
}
