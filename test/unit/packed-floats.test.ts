import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { blockTypes } from '../../src-main/engine/model/gguf/dequantise.ts'
import { packings } from '../../src-main/engine/model/gguf/quantise.ts'
import { narrowBfloat16, narrowFloat16 } from '../../src-main/engine/model/half-floats.ts'

const packed: Record<string, string> = JSON.parse(
  readFileSync(new URL('../fixtures/gguf/packed.json', import.meta.url), 'utf8'),
)
const bytesOf = (name: string) => new Uint8Array(Buffer.from(packed[name], 'base64'))
const values = new Float32Array(bytesOf('F32').buffer)

it.each([
  ['F32', packings.f32.pack],
  ['F16', packings.f16.pack],
  ['Q8_0', packings.q8_0.pack],
  ['BF16', narrowBfloat16],
])('%s is written as the gguf package writes it, to the bit', (name, pack) => {
  expect(pack(values)).toEqual(bytesOf(name))
})

it.each(Object.entries(packings))(
  '%s has the number and block size that it is read by',
  (name, { id, elements, bytes }) => {
    expect(blockTypes.find((type) => type.id === id)).toMatchObject({ name: name.toUpperCase(), elements, bytes })
  },
)

it.each([
  ['F16', narrowFloat16, 65_520, 65_519],
  ['BF16', narrowBfloat16, 3.4e38, 3.38e38],
  ['Q8_0', packings.q8_0.pack, 1e7, 8e6],
])('%s refuses a value that it cannot hold, naming it', (_, pack, beyond, within) => {
  const data = new Float32Array(32)
  data[5] = within
  expect(() => pack(data)).not.toThrow()
  data[5] = beyond
  expect(() => pack(data)).toThrow(RangeError)
  expect(() => pack(data)).toThrow(String(Math.fround(beyond)))
})
