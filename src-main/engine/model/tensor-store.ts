/** Named tensors on the disk. They are read one at a time, so that no more of a model than one tensor is held twice. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StudioError } from '../../contract/errors.ts'

export interface TensorStore {
  /** The file or folder, as messages name it. */
  readonly source: string
  /** Where the tensors lie. */
  readonly files: readonly string[]
  /** Row-major shapes, [out, in] for matrices; empty for a scalar. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
  /**
   * One tensor, widened to 32 bits.
   * @throws StudioError bad-model, naming the file and the tensor, for a value that is not finite or a file that shrank
   */
  read(name: string): Float32Array
  close(): void
}

/** A file of a model, open for reading. */
export interface OpenFile {
  path: string
  size: number
  /** A buffer of its own, so that it can be viewed as any type in place. @throws StudioError bad-model when the file has less */
  bytes(position: number, length: number): Buffer
  close(): void
}

/** @throws StudioError bad-model, naming the file */
export function openFile(path: string): OpenFile {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new StudioError(
      'bad-model',
      `${path} cannot be read: ${(error as Error).message}.`,
      'Check the path of the model folder.',
    )
  }
  const stat = fstatSync(file)
  if (!stat.isFile()) {
    closeSync(file)
    throw new StudioError('bad-model', `${path} is no file.`, 'Check the path of the model folder.')
  }
  return {
    path,
    size: stat.size,
    close: () => closeSync(file),
    bytes(position, length) {
      const bytes = Buffer.from(new ArrayBuffer(length))
      for (let done = 0; done < length; ) {
        const n = readSync(file, bytes, done, Math.min(length - done, 1 << 30), position + done)
        if (n === 0)
          throw new StudioError('bad-model', `${path} became shorter while it was read.`, 'Fetch the file again.')
        done += n
      }
      return bytes
    },
  }
}

/** @throws StudioError bad-model for the first value that is no finite number */
export function requireFinite(data: Float32Array, name: string, path: string): Float32Array {
  for (let i = 0; i < data.length; i++)
    if (!Number.isFinite(data[i]))
      throw new StudioError(
        'bad-model',
        `${path} holds ${data[i]} in tensor "${name}" at element ${i}.`,
        'Weights must be finite: fetch the file again, or take an earlier checkpoint.',
      )
  return data
}
