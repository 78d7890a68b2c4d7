/** Stored samples of a run as prompts with their answers. */
import type { GroupRecord } from '../contract/records.ts'
import { randomAt } from '../engine/random.ts'
import type { Answers } from './answers.ts'

/** How groups are chosen of which only the place is known. */
export function drawPlaces<P extends { step: number; group: number }>(
  all: readonly P[],
  count: number,
  seed: number,
): P[] {
  return randomAt(seed, 'groups')
    .shuffle([...all])
    .slice(0, count)
}

/** Each answer once, of those that are kept. */
export function answersOfGroup({ prompt, completions }: GroupRecord): Answers {
  return { prompt, answers: [...new Set(completions.flatMap(({ text }) => text || []))] }
}
