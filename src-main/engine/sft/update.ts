/** One supervised optimizer step: next-token cross-entropy on the outputs, prompts masked. */
import { NonFiniteError } from '../grpo/update.ts'
import {
  accumulateGradient,
  type Batch,
  batchOf,
  disposeBatch,
  type Forward,
  microBatches,
  perRow,
  type Sequence,
} from '../model/batch.ts'
import { trainedOf } from '../model/model.ts'
import { packed } from '../model/packing.ts'
import type { Policy } from '../model/policy.ts'
import type { AdamSettings, AdamW } from '../optim/adamw.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface SupervisedUpdate {
  adam: AdamSettings
  microBatchTokens: number
  /**
   * Tokens that the summed loss is divided by: the batch's own count, the plain mean, if it is left out. A constant keeps a token's weight
   * the same in short and long batches, which matters when batches hold sequences of one length each.
   */
  tokensPerBatch?: number
  /** See `batchOf`. */
  lengthStep?: number
  /** See `packed`. */
  packing?: boolean
}

/**
 * @param progress called between micro-batches with the share done
 * @returns the mean loss per output token of this batch, in nats, and the gradient's norm before clipping
 * @throws NonFiniteError before a non-finite gradient would reach the weights
 */
export async function supervisedUpdate(
  policy: Policy,
  sequences: readonly Sequence[],
  optimizer: AdamW,
  s: SupervisedUpdate,
  progress?: (fraction: number) => Promise<void>,
): Promise<{ loss: number; gradNorm: number }> {
  const gradients = new Map<string, Tensor>()
  const tokens = sequences.reduce((sum, q) => sum + q.ids.length, 0)
  let total = 0
  let done = 0
  const rows = s.packing ? packed(sequences) : sequences
  for (const micro of microBatches(rows, s.microBatchTokens)) {
    const batch = batchOf(micro, undefined, s.lengthStep)
    total += await (s.tokensPerBatch === undefined
      ? meanLoss(policy, batch, tokens, gradients)
      : scaledLoss(policy, batch, s.tokensPerBatch, gradients))
    disposeBatch(batch)
    done += micro.length
    await progress?.(done / rows.length)
  }
  const loss = s.tokensPerBatch === undefined ? total : (total * s.tokensPerBatch) / tokens
  const gradNorm = await optimizer.update(trainedOf(policy), gradients, s.adam)
  tf.dispose([...gradients.values()])
  if (!Number.isFinite(loss)) throw new NonFiniteError('loss', loss)
  if (!Number.isFinite(gradNorm)) throw new NonFiniteError('gradient norm', gradNorm)
  return { loss, gradNorm }
}

/** A number that changes from batch to batch is an input, so that one graph serves all of them. */
async function meanLoss(policy: Policy, batch: Batch, tokens: number, gradients: Map<string, Tensor>): Promise<number> {
  const share = perRow(new Array<number>(batch.rows).fill(1 / tokens), batch.rows)
  const lossOf = ({ logProbs }: Forward, { mask }: Batch, inputs: { share: Tensor }) =>
    tf.neg(tf.sum(tf.mul(tf.mul(logProbs, mask), inputs.share)))
  const [loss] = await accumulateGradient('supervised mean', policy, batch, 1, { share }, gradients, lossOf)
  share.dispose()
  return loss
}

async function scaledLoss(
  policy: Policy,
  batch: Batch,
  divisor: number,
  gradients: Map<string, Tensor>,
): Promise<number> {
  const lossOf = ({ logProbs }: Forward, { mask }: Batch) => tf.div(tf.neg(tf.sum(tf.mul(logProbs, mask))), divisor)
  const [loss] = await accumulateGradient(`supervised ${divisor}`, policy, batch, 1, {}, gradients, lossOf)
  return loss
}
