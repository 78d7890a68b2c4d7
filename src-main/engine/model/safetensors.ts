/** Tensors as arrays, from and to a safetensors file. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { SafetensorsDtype } from '../../contract/model-formats.ts'
import { syncFolder } from './durable.ts'
import { narrowBfloat16, narrowFloat16 } from './half-floats.ts'
import { openSafetensors } from './safetensors-reader.ts'

export interface TensorData {
  /** Empty for a scalar. */
  shape: number[]
  /** Row-major. */
  data: Float32Array
}

/**
 * All tensors of a file, widened to 32 bits.
 * @throws StudioError bad-model, naming the file and the tensor: missing, truncated, not contiguous, another dtype, not finite
 */
export function readSafetensors(path: string): Map<string, TensorData> {
  const file = openSafetensors(path)
  try {
    return new Map([...file.shapes].map(([name, shape]) => [name, { shape: [...shape], data: file.read(name) }]))
  } finally {
    file.close()
  }
}

const storages: Record<SafetensorsDtype, { dtype: string; bytes: number; pack: (data: Float32Array) => Uint8Array }> = {
  f32: { dtype: 'F32', bytes: 4, pack: (d) => new Uint8Array(d.buffer, d.byteOffset, d.byteLength) },
  bf16: { dtype: 'BF16', bytes: 2, pack: narrowBfloat16 },
  f16: { dtype: 'F16', bytes: 2, pack: narrowFloat16 },
}

/**
 * Writes tensors; the same tensors give the same bytes, in whatever order they come. The file is complete on disk, or the old one
 * is still there.
 * @throws StudioError disk-full or checkpoint, naming the file; bad-model for a tensor that is not finite, does not fit its shape or cannot be held by `stored`
 */
export function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorData>,
  stored: SafetensorsDtype = 'f32',
): void {
  const { dtype, bytes } = storages[stored]
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let at = 0
  for (const [name, { shape, data }] of sorted) {
    const elements = shape.reduce((product, n) => product * n, 1)
    if (elements !== data.length)
      throw new StudioError(
        'bad-model',
        `Tensor "${name}" has ${data.length} elements, not the ${elements} of [${shape.join(', ')}].`,
      )
    const bad = data.findIndex((x) => !Number.isFinite(x))
    if (bad >= 0)
      throw new StudioError(
        'bad-model',
        `Tensor "${name}" holds ${data[bad]} at element ${bad}; ${path} was not written.`,
        'Go back to the last checkpoint and lower the learning rate.',
      )
    header[name] = { dtype, shape, data_offsets: [at, at + bytes * elements] }
    at += bytes * elements
  }
  const json = Buffer.from(JSON.stringify(header))
  // spaces up to a multiple of 8 bytes, so that the tensors are aligned
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))

  // one tensor is packed at a time
  function* contents(): Generator<Uint8Array> {
    yield length
    yield padded
    for (const [name, { data }] of sorted) yield packed(name, data, stored)
  }

  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeWhole(temporary, contents())
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
    if (error instanceof StudioError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw code === 'ENOSPC' || code === 'EDQUOT'
      ? new StudioError(
          'disk-full',
          `The disk is full: ${path} could not be written.`,
          'Free some space, then resume.',
          { cause: error },
        )
      : new StudioError(
          'checkpoint',
          `${path} could not be written: ${message}.`,
          'Check that the folder exists and can be written.',
          {
            cause: error,
          },
        )
  }
}

function packed(name: string, data: Float32Array, stored: SafetensorsDtype): Uint8Array {
  try {
    return storages[stored].pack(data)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new StudioError(
      'bad-model',
      `Tensor "${name}" holds ${error.message}, which ${storages[stored].dtype} cannot hold.`,
      'Take --dtype f32.',
      { cause: error },
    )
  }
}

function writeWhole(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
