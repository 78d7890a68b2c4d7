/** Files of problems: read whole, with the hash of what is in them. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { DataSet } from '../contract/data-set.ts'
import { StudioError } from '../contract/errors.ts'

/** @throws StudioError bad-recipe if the file cannot be read */
export function readDataFile(path: string): { text: string; sha256: string } {
  try {
    const bytes = readFileSync(path)
    // some editors begin a file with a mark
    const text = bytes.toString('utf8').replace(/^\uFEFF/, '')
    return { text, sha256: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new StudioError(
      'bad-recipe',
      code === 'ENOENT' ? `There is no data set ${path}.` : `The data set ${path} cannot be read (${code ?? message}).`,
      'Correct the path in the recipe’s data; a relative one starts at the recipe file’s folder.',
      { cause: error },
    )
  }
}

/** The data set with the hashes of its files as they are now. @throws StudioError bad-recipe if one cannot be read */
export function withHashes(data: DataSet): DataSet {
  return { ...data, sha256: { train: readDataFile(data.train).sha256, eval: readDataFile(data.eval).sha256 } }
}
