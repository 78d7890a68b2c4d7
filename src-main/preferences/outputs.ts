/** Outputs from a file, to be labelled safe or unsafe by a person or a judge. */
import { z } from 'zod'
import { StudioError } from '../contract/errors.ts'
import { randomAt } from '../engine/random.ts'
import { readDataRows } from '../library/data-files.ts'
import type { Answers } from './answers.ts'

export interface Output {
  prompt: string
  completion: string
  /** What the file says of it. */
  said: 'safe' | 'unsafe' | null
}

const text = z.string().min(1).max(1_000_000)
const row = z.union([
  z.object({ prompt: text, completion: text, label: z.unknown().optional() }),
  z.object({ prompt: text, answers: z.array(text).min(1).max(1024) }),
])

/**
 * @param each of a prompt with several answers so many at the most, drawn
 * @returns each output once
 * @throws StudioError bad-request naming the first row that is wrong; for a file without any
 */
export async function readOutputs(path: string, each: number, seed: number): Promise<Output[]> {
  const wrong = (what: string) =>
    new StudioError(
      'bad-request',
      `${path} ${what}.`,
      'Give one object a line, like {"prompt":"…","completion":"…"} or {"prompt":"…","answers":["…"]}; a "label" that it has is compared.',
    )
  const { rows } = await readDataRows(path, 'reward-model')
  const seen = new Map<string, Output>()
  for (const { place, value } of rows) {
    const { data } = row.safeParse(value)
    if (!data) throw wrong(`cannot be used: ${place} is no output`)
    for (const output of 'answers' in data ? drawnOutputs(data, each, seed) : [labelled(data)])
      seen.set(JSON.stringify([output.prompt, output.completion]), output)
  }
  if (seen.size === 0) throw wrong('has nothing in it')
  return [...seen.values()]
}

const labelled = ({ label, ...texts }: { prompt: string; completion: string; label?: unknown }): Output => ({
  ...texts,
  said: label === 'safe' || label === 'unsafe' ? label : null,
})

/** @returns `each` of the answers to a prompt at the most, drawn by the seed */
export function drawnOutputs(
  { prompt, answers }: Pick<Answers, 'prompt' | 'answers'>,
  each: number,
  seed: number,
): Output[] {
  const drawn = randomAt(seed, 'output', prompt).shuffle([...answers])
  return drawn.slice(0, each).map((completion) => ({ prompt, completion, said: null }))
}
