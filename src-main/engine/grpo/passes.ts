/** Which outputs of a mini-batch go through the model, and which of them backward too: no work for what gives no gradient. */
import type { Settings } from '../../contract/settings.ts'
import { microBatches, paddedRows, sizeOf } from '../model/batch.ts'
import type { Episode } from './episode.ts'
import { objectiveOf } from './objective.ts'
import { counts } from './shares.ts'

export interface Pass {
  episodes: Episode[]
  /** Forward and backward; else forward alone, for the metrics. */
  backward: boolean
}

/**
 * Micro-batches. What is masked counts for nothing and is left out. What has no advantage teaches nothing, unless KL or entropy are in the loss,
 * and goes forward alone, so that the metrics are of all that counts; or backward, where a micro-batch would be filled up with empty rows.
 * @param learns otherwise all of it goes forward alone
 */
export function passesOf(mini: readonly Episode[], settings: Settings, learns = true): Pass[] {
  const { entropyCoefficient, microBatchTokens } = settings
  const { beta } = objectiveOf(settings)
  const counted = mini.filter(counts(settings))
  const teaches = (e: Episode) => learns && (beta !== 0 || entropyCoefficient !== 0 || hasAdvantage(e))
  const learning = microBatches(counted.filter(teaches), microBatchTokens)
  let silent = counted.filter((e) => !teaches(e)).sort((a, b) => sizeOf(b) - sizeOf(a))
  const last = learning.at(-1)
  if (last) {
    const free = paddedRows(last.length) - last.length
    const fillers = silent.filter((e) => sizeOf(e) <= sizeOf(last[0])).slice(0, free)
    last.push(...fillers)
    silent = silent.filter((e) => !fillers.includes(e))
  }
  return [
    ...learning.map((episodes) => ({ episodes, backward: true })),
    ...microBatches(silent, microBatchTokens).map((episodes) => ({ episodes, backward: false })),
  ]
}

const hasAdvantage = ({ advantage, tokens }: Episode) =>
  tokens ? tokens.advantages.some((a) => a !== 0) : advantage !== 0
