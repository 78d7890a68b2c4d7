/** Outputs from a file, to be labelled safe or unsafe. */
import { z } from 'zod'
import { StudioError } from '../contract/errors.ts'
import { readDataRows } from '../library/data-files.ts'

export interface Output {
  prompt: string
  completion: string
  /** What the file says of it. */
  said: 'safe' | 'unsafe' | null
}

const text = z.string().min(1).max(1_000_000)
const output = z.object({ prompt: text, completion: text, label: z.unknown().optional() })

/** @throws StudioError bad-request naming the first row that is wrong */
export async function readOutputs(path: string): Promise<Output[]> {
  const { rows } = await readDataRows(path, 'reward-model')
  return rows.map(({ place, value }) => {
    const read = output.safeParse(value)
    if (read.success) {
      const { prompt, completion, label } = read.data
      return { prompt, completion, said: label === 'safe' || label === 'unsafe' ? label : null }
    }
    throw new StudioError(
      'bad-request',
      `${path} cannot be used: ${place} is no output.`,
      'Give one object a line, like {"prompt":"…","completion":"…"}; a "label" that it has is compared with yours.',
    )
  })
}
