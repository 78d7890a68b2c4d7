/** How well a model foretells answers that it was not taught: forward alone, nothing is changed. */
import {
  batchKey,
  batchOf,
  batchSizes,
  batchTensors,
  disposeBatch,
  microBatches,
  nextTokenForetold,
  rebatched,
  type Sequence,
} from '../model/batch.ts'
import { frozenOf, modelKey, rebuilt, trainedOf } from '../model/model.ts'
import { packed } from '../model/packing.ts'
import type { Policy } from '../model/policy.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface HeldOutScore {
  /** Mean cross-entropy of an output token, in nats. */
  loss: number
  /** Share of the output tokens that are the likeliest at their place, prompts given as they are. */
  accuracy: number
}

/** @param sequences at least one @param packing see `packed` */
export async function heldOutScore(
  policy: Policy,
  sequences: readonly Sequence[],
  microBatchTokens: number,
  packing = false,
): Promise<HeldOutScore> {
  let [loss, right] = [0, 0]
  const tokens = sequences.reduce((sum, s) => sum + s.ids.length, 0)
  for (const micro of microBatches(packing ? packed(sequences) : sequences, microBatchTokens)) {
    const batch = batchOf(micro)
    const held = [...frozenOf(policy), ...trainedOf(policy).values()]
    const inputs = [...held, ...batchTensors(batch)]
    const key = `held-out ${batchKey(batch)} ${modelKey(policy)}`
    const [sums] = compiled(
      key,
      inputs,
      (all, sizes) => {
        const own = rebatched(batch, all.slice(held.length), sizes)
        const { logProbs, likeliest } = nextTokenForetold(rebuilt(policy, all.slice(0, held.length)), own)
        const sumOf = (values: Tensor) => tf.sum(tf.mul(values, own.mask))
        return [tf.stack([tf.neg(sumOf(logProbs)), sumOf(likeliest)])]
      },
      batchSizes(batch, held, batchTensors(batch).slice(2)),
    )
    const [l, r] = await sums.data()
    sums.dispose()
    disposeBatch(batch)
    loss += l
    right += r
  }
  return { loss: loss / tokens, accuracy: right / tokens }
}
