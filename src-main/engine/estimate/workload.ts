/** What there is to compute in a step, played through with lengths in place of tokens: the same batches, passes and shapes that a step would have. */
import type { Settings } from '../../contract/settings.ts'
import type { Episode } from '../grpo/episode.ts'
import { miniBatches } from '../grpo/mini-batches.ts'
import { passesOf } from '../grpo/passes.ts'
import { counts } from '../grpo/shares.ts'
import { microBatches, shapeOf } from '../model/batch.ts'
import type { Random } from '../random.ts'
import { batchSize, MOST_ROWS } from '../rollout/rollout.ts'
import { type ModelPass, withReference } from './flops.ts'
import type { BatchShape } from './sizes.ts'

/** An answer's length: sampled, or the limit. */
export interface Answer {
  tokens: number
  finished: boolean
}

export interface DecodeSteps {
  rows: number
  /** Tokens of the cache, on the mean of these steps. */
  past: number
  steps: number
}

export interface RolloutWork {
  /** Prompts that are read at once, and the longest of them. */
  prefills: { prompts: number; length: number }[]
  decode: DecodeSteps[]
}

export interface UpdateWork {
  passes: (BatchShape & { models: ModelPass[] })[]
  /** Optimizer steps, those of a critic included. */
  updates: number
}

/** Steps of the decoder that are taken together; as many as its tail holds, so that they have one shape. */
const STRETCH = 16

/** @param answers by prompt, then by sample @param mostRows see `RolloutRequest` */
export function rolloutWork(promptLengths: number[], answers: Answer[][], mostRows = MOST_ROWS): RolloutWork {
  const groupSize = answers[0].length
  const perBatch = Math.max(1, Math.floor(mostRows / groupSize))
  const work: RolloutWork = { prefills: [], decode: [] }
  for (let from = 0; from < answers.length; from += perBatch) {
    const lengths = answers.slice(from, from + perBatch).flatMap((group) => group.map(({ tokens }) => tokens))
    const prompts = promptLengths.slice(from, from + perBatch)
    const width = Math.ceil(Math.max(...prompts) / 8) * 8
    work.prefills.push({ prompts: prompts.length, length: width })
    const sorted = lengths.sort((a, b) => a - b)
    const longest = sorted[sorted.length - 1]
    let rows = sorted.length
    // the first token comes from the prompt's pass
    for (let t = 1; t < longest; t += STRETCH) {
      const steps = Math.min(STRETCH, longest - t)
      const live = sorted.length - firstAbove(sorted, t)
      rows = batchSize(live, rows)
      work.decode.push({ rows, past: width + t + steps / 2, steps })
    }
  }
  return work
}

/** Index of the first value above, in ascending values. */
function firstAbove(sorted: number[], value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}

/** Every answer is taken to have an advantage: how many groups will have none is not known before. */
export function updateWork(
  promptLengths: number[],
  answers: Answer[][],
  settings: Settings,
  random: Random,
): UpdateWork {
  const episodes = answers.flatMap((group, g) =>
    group.map(({ tokens, finished }) => ({
      promptIds: { length: promptLengths[g] },
      ids: { length: tokens },
      finished,
      advantage: 1,
    })),
  )
  // lengths are all that is read of them
  const all = episodes as unknown as Episode[]
  const work: UpdateWork = { passes: [], updates: 0 }
  const withCritic = settings.advantageEstimator === 'gae'
  const batches = (of: Episode[]) => microBatches(of.filter(counts(settings)), settings.microBatchTokens)
  const add = (of: Episode[], models: ModelPass[]) => work.passes.push({ ...shapeOf(of), models })
  if (withCritic) for (const micro of batches(all)) add(micro, assessing)
  for (const mini of miniBatches(all, settings, random)) {
    work.updates += withCritic ? 2 : 1
    for (const { episodes, backward } of passesOf(mini, settings))
      add(episodes, withCritic ? [{ of: 'policy', backward }] : withReference(backward))
    if (withCritic) for (const micro of batches(mini)) add(micro, [{ of: 'critic', backward: true }])
  }
  return work
}

/** What a critic's values and rewards are made of, before the update. */
const assessing: ModelPass[] = [
  { of: 'reference', backward: false },
  { of: 'critic', backward: false },
]
