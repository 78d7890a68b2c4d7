/** Tensors as arrays, from and to a safetensors file. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { syncFolder } from './durable.ts'
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

/**
 * Writes 32-bit tensors; the same tensors give the same bytes, in whatever order they come. The file is complete on disk, or the old one
 * is still there.
 * @throws StudioError disk-full or checkpoint, naming the file; bad-model for a tensor that is not finite or does not fit its shape
 */
export function writeSafetensors(path: string, tensors: ReadonlyMap<string, TensorData>): void {
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
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + data.byteLength] }
    at += data.byteLength
  }
  const json = Buffer.from(JSON.stringify(header))
  // spaces up to a multiple of 8 bytes, so that the tensors are aligned
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 7, ' ')])
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(padded.length))

  const temporary = `${path}.${process.pid}.tmp`
  try {
    writeWhole(temporary, [
      length,
      padded,
      ...sorted.map(([, { data }]) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
    ])
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { force: true })
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

function writeWhole(path: string, parts: Buffer[]): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) for (let done = 0; done < part.length; ) done += writeSync(file, part, done)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
