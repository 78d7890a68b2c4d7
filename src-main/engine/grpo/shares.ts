/**
 * What each output's tokens count for in the loss of a mini-batch: worked out once over all of it, so that the size of micro-batches
 * does not matter.
 */
import type { Settings } from '../../contract/settings.ts'
import {
  batchKey,
  batchOf,
  batchSizes,
  disposeBatch,
  microBatches,
  nextTokenForward,
  ofOutputs,
  rebatched,
} from '../model/batch.ts'
import { frozenOf, modelKey, rebuilt, trainedOf } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { compiled } from '../tensor/compiled.ts'
import { entropyShares, topEntropy } from './entropy.ts'
import type { Episode } from './episode.ts'
import { tokenWeights } from './losses/table.ts'

export interface Shares {
  /** Of each token of an output: see `tokenWeights`. */
  weight: Map<Episode, number>
  /** 1 for the tokens of an output that carry the policy gradient, 0 for the others; absent: all do. */
  kept?: Map<Episode, number[]>
  /** Coefficient of the entropy of each token of an output; absent: no bonus. */
  entropy?: Map<Episode, number[]>
}

/** Whether an output's tokens count at all. */
export const counts = (settings: Settings) => (e: Episode) => e.finished || !settings.maskTruncated

export async function sharesOf(policy: Policy, episodes: Episode[], settings: Settings): Promise<Shares> {
  const counted = counts(settings)
  const lengths = episodes.map((e) => (counted(e) ? e.ids.length : 0))
  const weights = tokenWeights(settings.lossType, lengths, settings.maxCompletionTokens)
  const byEpisode = <T>(values: readonly T[]) => new Map(episodes.map((e, i) => [e, values[i]]))
  const shares: Shares = { weight: byEpisode(weights) }
  // what does not count is masked anyway
  let kept = episodes.map((e) => new Array<number>(e.ids.length).fill(counted(e) ? 1 : 0))
  if (settings.topEntropyQuantile < 1) {
    const entropies = await entropiesOf(policy, episodes.filter(counted), settings)
    const top = topEntropy([...entropies.values()], settings.topEntropyQuantile)
    const found = new Map([...entropies.keys()].map((e, i) => [e, top[i]]))
    kept = episodes.map((e, i) => found.get(e) ?? kept[i])
    shares.kept = byEpisode(kept)
  }
  if (settings.entropyCoefficient !== 0)
    shares.entropy = byEpisode(entropyShares(settings.lossType, settings.entropyCoefficient, kept, lengths))
  return shares
}

/** Of the tokens of each output under the policy as it is. */
async function entropiesOf(
  policy: Policy,
  episodes: Episode[],
  { temperature, microBatchTokens }: Settings,
): Promise<Map<Episode, Float32Array>> {
  const held = [...frozenOf(policy), ...trainedOf(policy).values()]
  const found = new Map<Episode, Float32Array>()
  for (const micro of microBatches(episodes, microBatchTokens)) {
    const batch = batchOf(micro)
    const [entropies] = compiled(
      `entropies ${temperature} ${batchKey(batch)} ${modelKey(policy)}`,
      [...held, batch.ids, batch.targets],
      (tensors, sizes) => {
        const own = rebatched(batch, tensors.slice(-2), sizes)
        return [nextTokenForward(rebuilt(policy, tensors), own, temperature).entropies]
      },
      batchSizes(batch, held),
    )
    const values = ofOutputs(micro, batch, (await entropies.data()) as Float32Array)
    micro.forEach((e, r) => {
      found.set(e, values[r])
    })
    entropies.dispose()
    disposeBatch(batch)
  }
  return found
}
