/** How well a model foretells answers that it was not taught: forward alone, nothing is changed. */
import {
  batchKey,
  batchOf,
  batchSizes,
  disposeBatch,
  microBatches,
  nextTokenLogits,
  rebatched,
  type Sequence,
} from '../model/batch.ts'
import { frozenOf, modelKey, rebuilt, trainedOf } from '../model/model.ts'
import { logProbOf } from '../model/operations.ts'
import type { Policy } from '../model/policy.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface HeldOutScore {
  /** Mean cross-entropy of an output token, in nats. */
  loss: number
  /** Share of the output tokens that are the likeliest at their place, prompts given as they are. */
  accuracy: number
}

/** @param sequences at least one */
export async function heldOutScore(
  policy: Policy,
  sequences: readonly Sequence[],
  microBatchTokens: number,
): Promise<HeldOutScore> {
  let [loss, right, tokens] = [0, 0, 0]
  for (const micro of microBatches(sequences, microBatchTokens)) {
    const batch = batchOf(micro)
    const held = [...frozenOf(policy), ...trainedOf(policy).values()]
    const inputs = [...held, batch.ids, batch.targets, batch.mask]
    const key = `held-out ${batchKey(batch)} ${modelKey(policy)}`
    const [sums] = compiled(
      key,
      inputs,
      (all, sizes) => {
        const own = rebatched(batch, all.slice(held.length), sizes)
        const logits = nextTokenLogits(rebuilt(policy, all.slice(0, held.length)), own)
        const mask = own.mask.flatten()
        const ofTarget = tf.sum(tf.mul(logits, tf.oneHot(own.targets.toInt() as never, policy.config.vocabulary)), -1)
        const likeliest = tf.cast(tf.equal(ofTarget, tf.max(logits, -1)), 'float32')
        const sumOf = (values: Tensor) => tf.sum(tf.mul(values, mask))
        return [tf.stack([sumOf(tf.neg(logProbOf(logits, own.targets, 1))), sumOf(likeliest)])]
      },
      batchSizes(batch, held, [batch.mask]),
    )
    const [l, r] = await sums.data()
    sums.dispose()
    disposeBatch(batch)
    loss += l
    right += r
    tokens += micro.reduce((sum, s) => sum + s.ids.length, 0)
  }
  return { loss: loss / tokens, accuracy: right / tokens }
}
