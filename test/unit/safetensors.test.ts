import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StudioError } from '../../src-main/contract/errors.ts'
import { readSafetensors, type TensorData, writeSafetensors } from '../../src-main/engine/model/safetensors.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'))
  path = join(folder, 'model.safetensors')
})
afterEach(() => rmSync(folder, { recursive: true }))

const tensor = (shape: number[], ...data: number[]): TensorData => ({ shape, data: Float32Array.from(data) })

/** A file made by hand from the format's description, independent of the writer. */
function put(header: unknown, data: Uint8Array = new Uint8Array(0), headerBytes?: number): void {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(headerBytes ?? json.length))
  writeFileSync(path, Buffer.concat([length, json, data]))
}
const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
})
const bytes = (array: Float32Array | Uint16Array) => new Uint8Array(array.buffer)

function thrown(action: () => unknown): StudioError {
  try {
    action()
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError)
    return error as StudioError
  }
  throw new Error('nothing was thrown')
}

describe('writing and reading', () => {
  it('keeps names, shapes and every bit', () => {
    const tensors = new Map([
      ['w', tensor([2, 3], 1, -0, 3.5e-40, 1e38, Math.fround(0.1), -7)],
      ['scalar', tensor([], 42)],
      ['nothing', tensor([0, 5])],
    ])
    writeSafetensors(path, tensors)
    const read = readSafetensors(path)
    expect([...read.keys()].sort()).toEqual(['nothing', 'scalar', 'w'])
    for (const [name, { shape, data }] of tensors) {
      expect(read.get(name)!.shape).toEqual(shape)
      expect(Buffer.from(bytes(read.get(name)!.data))).toEqual(Buffer.from(bytes(data)))
    }
  })

  it('gives the same bytes in whatever order the tensors come, and nothing but the file is left', () => {
    const [a, b] = [tensor([1], 1), tensor([2], 2, 3)]
    writeSafetensors(
      path,
      new Map([
        ['a', a],
        ['b', b],
      ]),
    )
    const first = readFileSync(path)
    writeSafetensors(
      path,
      new Map([
        ['b', b],
        ['a', a],
      ]),
    )
    expect(readFileSync(path)).toEqual(first)
    expect(readdirSync(folder)).toEqual(['model.safetensors'])
    expect(Number(first.readBigUInt64LE()) % 8).toBe(0)
    expect(JSON.parse(first.subarray(8, 8 + Number(first.readBigUInt64LE())).toString())).toEqual({
      __metadata__: { format: 'pt' },
      a: f32(0, 4),
      b: f32(4, 12),
    })
  })

  it('writes a view of a larger buffer as what it shows', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3)
    writeSafetensors(path, new Map([['view', { shape: [2], data }]]))
    expect([...readSafetensors(path).get('view')!.data]).toEqual([1, 2])
  })

  it('widens half precision: bfloat16 and float16', () => {
    const half = (dtype: string, begin: number) => ({ dtype, shape: [2], data_offsets: [begin, begin + 4] })
    // 1.5 and -2 in both formats, by their bit patterns
    put({ brain: half('BF16', 0), half: half('F16', 4) }, bytes(Uint16Array.of(0x3fc0, 0xc000, 0x3e00, 0xc000)))
    const read = readSafetensors(path)
    expect([...read.get('brain')!.data]).toEqual([1.5, -2])
    expect([...read.get('half')!.data]).toEqual([1.5, -2])
  })

  it('reads tensors in any order of bytes, ignoring metadata', () => {
    put({ b: f32(4, 8), __metadata__: { any: 'thing' }, a: f32(0, 4) }, bytes(Float32Array.of(1, 2)))
    expect([...readSafetensors(path).get('b')!.data]).toEqual([2])
  })
})

describe('a damaged file', () => {
  const good = bytes(Float32Array.of(1, 2))
  const cases: [string, () => void, string][] = [
    ['an empty file', () => writeFileSync(path, ''), 'is no safetensors file: it has 0 bytes'],
    ['a header longer than the file', () => put({ a: f32(0, 8) }, good, 1e6), 'its header would have 1000000 bytes'],
    ['a header of 10 GB', () => put({ a: f32(0, 8) }, good, 1e10), 'its header would have 10000000000 bytes'],
    ['an absurd header length', () => writeFileSync(path, Buffer.alloc(64, 0xff)), 'is damaged or no safetensors file'],
    ['a header that is no JSON', () => put('{"a":', good), 'its header is not JSON'],
    ['a header that is a list', () => put('[]', good), 'has no header object'],
    ['a truncated file', () => put({ a: f32(0, 16) }, good), 'is truncated: 8 of 16 bytes'],
    ['trailing bytes', () => put({ a: f32(0, 4) }, good), 'has 4 bytes that belong to no tensor'],
    ['overlapping tensors', () => put({ a: f32(0, 8), b: f32(4, 12) }, good), 'has an overlap before tensor "b"'],
    ['a gap', () => put({ a: f32(0, 4), b: f32(8, 12) }, good), 'has a gap before tensor "b"'],
    [
      'a shape that does not fit',
      () => put({ a: f32(0, 8, [3]) }, good),
      'gives tensor "a" 8 bytes, but [3] in F32 has 12',
    ],
    [
      'a negative size',
      () => put({ a: f32(0, 8, [-2]) }, good),
      'no valid dtype, shape and data_offsets for tensor "a"',
    ],
    ['offsets in reverse', () => put({ a: f32(8, 0, [2]) }, good), 'gives tensor "a" -8 bytes'],
    ['a tensor that is null', () => put({ a: null }, good), 'no valid dtype, shape and data_offsets for tensor "a"'],
    ['another dtype', () => put({ a: { ...f32(0, 8), dtype: 'I64' } }, good), 'has tensor "a" in I64'],
    ['a NaN', () => put({ a: f32(0, 8) }, bytes(Float32Array.of(1, NaN))), 'holds NaN in tensor "a" at element 1'],
    ['an infinity', () => put({ a: f32(0, 8) }, bytes(Float32Array.of(-Infinity, 1))), 'holds -Infinity in tensor "a"'],
  ]
  it.each(cases)('is refused by name: %s', (_, make, message) => {
    make()
    const error = thrown(() => readSafetensors(path))
    expect(error.code).toBe('bad-model')
    expect(error.message).toContain(path)
    expect(error.message).toContain(message)
    expect(error.hint).not.toBe('')
  })

  it('is refused by name: missing', () => {
    expect(thrown(() => readSafetensors(path)).message).toContain(`${path} cannot be read`)
  })

  it('is refused at whatever byte it was cut', () => {
    writeSafetensors(
      path,
      new Map([
        ['a', tensor([3], 1, 2, 3)],
        ['b', tensor([1], 4)],
      ]),
    )
    const whole = readFileSync(path)
    for (let n = 0; n < whole.length; n++) {
      writeFileSync(path, whole.subarray(0, n))
      expect(thrown(() => readSafetensors(path)).code).toBe('bad-model')
    }
  })
})

describe('a write that fails', () => {
  it('refuses what is not finite or does not fit, and leaves the old file', () => {
    writeSafetensors(path, new Map([['a', tensor([1], 1)]]))
    const before = readFileSync(path)
    expect(thrown(() => writeSafetensors(path, new Map([['a', tensor([2], 1, NaN)]]))).message).toContain(
      'Tensor "a" holds NaN at element 1',
    )
    expect(thrown(() => writeSafetensors(path, new Map([['a', tensor([2], 1)]]))).message).toBe(
      'Tensor "a" has 1 elements, not the 2 of [2].',
    )
    expect(readFileSync(path)).toEqual(before)
  })

  it('says which file, and cleans up', () => {
    const missing = join(folder, 'no', 'such', 'model.safetensors')
    const error = thrown(() => writeSafetensors(missing, new Map([['a', tensor([1], 1)]])))
    expect(error.code).toBe('checkpoint')
    expect(error.message).toContain(`${missing} could not be written`)
    // a folder stands in the file's place: the rename fails after the bytes were written
    mkdirSync(path)
    expect(thrown(() => writeSafetensors(path, new Map([['a', tensor([1], 1)]]))).code).toBe('checkpoint')
    expect(readdirSync(folder)).toEqual(['model.safetensors'])
  })

  it.runIf(process.platform === 'linux')('says that the disk is full', () => {
    // the temporary file leads to the device that is always full
    symlinkSync('/dev/full', `${path}.${process.pid}.tmp`)
    const error = thrown(() => writeSafetensors(path, new Map([['a', tensor([1], 1)]])))
    expect(error.code).toBe('disk-full')
    expect(error.message).toContain(path)
    expect(readdirSync(folder)).toEqual([])
  })
})
