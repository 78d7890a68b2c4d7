/** One supervised optimizer step: next-token cross-entropy on the outputs, prompts masked. */
import { accumulateGradient, batchOf, disposeBatch, microBatches, type Sequence } from '../model/batch.ts'
import { trainedOf } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import type { AdamSettings, AdamW } from '../optim/adamw.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface SupervisedUpdate {
  adam: AdamSettings
  microBatchTokens: number
  /**
   * Tokens that the summed loss is divided by. The batch's own count gives the plain mean; a constant keeps a token's weight the same in
   * short and long batches, which matters when batches hold sequences of one length each.
   */
  tokensPerBatch: number
  /** See `batchOf`. */
  lengthStep?: number
}

/** @returns the mean loss per output token of this batch, in nats, and the gradient's norm before clipping */
export async function supervisedUpdate(
  policy: Policy,
  sequences: readonly Sequence[],
  optimizer: AdamW,
  s: SupervisedUpdate,
): Promise<{ loss: number; gradNorm: number }> {
  const gradients = new Map<string, Tensor>()
  let total = 0
  for (const micro of microBatches(sequences, s.microBatchTokens)) {
    const batch = batchOf(micro, undefined, s.lengthStep)
    const [loss] = await accumulateGradient(
      `supervised ${s.tokensPerBatch}`,
      policy,
      batch,
      1,
      {},
      gradients,
      ({ logProbs }, { mask }) => tf.div(tf.neg(tf.sum(tf.mul(logProbs, mask))), s.tokensPerBatch),
    )
    disposeBatch(batch)
    total += loss
  }
  const gradNorm = await optimizer.update(trainedOf(policy), gradients, s.adam)
  tf.dispose([...gradients.values()])
  const tokens = sequences.reduce((sum, q) => sum + q.ids.length, 0)
  return { loss: (total * s.tokensPerBatch) / tokens, gradNorm }
}
