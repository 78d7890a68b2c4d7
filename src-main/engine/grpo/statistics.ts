/** What the metrics say of a loss: sums over tokens, so that micro-batches add up. */
import { type Tensor, tf } from '../tensor/tf.ts'
import { klTerm, type LossArguments, type LossInputs } from './loss.ts'
import type { PolicyInputs } from './losses/policy-term.ts'
import { losses } from './losses/table.ts'
import { gammaWeights } from './losses/vespo.ts'
import type { Objective } from './objective.ts'
import { ratioOf } from './ratio.ts'

/**
 * Scalars: `tokens` that count, and the sums over them of the KL (the estimate that is penalised, of TRL's `kl`) and of the entropy; the
 * number of `ratios` (one a counted token, or with sequence-level importance sampling one a row that counts) and of those cut `low` and
 * `high`; of rows that count the lowest share cut low and the highest cut high; their number, and the sum of VESPO's weights over them.
 */
export const statisticNames = [
  'tokens',
  'kl',
  'entropy',
  'ratios',
  'low',
  'high',
  'lowMin',
  'highMax',
  'rows',
  'phi',
] as const
export type Statistics<T> = Record<(typeof statisticNames)[number], T>

export function lossStatistics(
  { logProbs, entropies }: LossArguments,
  inputs: LossInputs,
  objective: Objective,
): Statistics<Tensor> {
  return tf.tidy(() => {
    const { mask } = inputs
    const ratio = ratioOf(logProbs, inputs.old, mask, objective.importanceSampling)
    const given: PolicyInputs = { ...inputs, logp: logProbs, ratio }
    const rows = tf.minimum(tf.sum(mask, 1, true), 1)
    const counted = objective.importanceSampling === 'sequence' ? rows : mask
    const { family } = losses[objective.lossType]
    const cut = family.cut?.(given, objective) ?? { low: tf.zerosLike(counted), high: tf.zerosLike(counted) }
    const perRow = tf.maximum(tf.sum(counted, 1, true), 1)
    const shareOf = (x: Tensor) => tf.div(tf.sum(tf.mul(x, counted), 1, true), perRow)
    return {
      tokens: tf.sum(mask),
      kl: tf.sum(tf.mul(klTerm(given, inputs.reference, objective).value, mask)),
      entropy: tf.sum(tf.mul(entropies, mask)),
      ratios: tf.sum(counted),
      low: tf.sum(tf.mul(cut.low, counted)),
      high: tf.sum(tf.mul(cut.high, counted)),
      // a row that counts for nothing is above every share
      lowMin: tf.min(tf.add(shareOf(cut.low), tf.mul(tf.sub(1, rows), 2))),
      highMax: tf.max(shareOf(cut.high)),
      rows: tf.sum(rows),
      phi: objective.lossType === 'vespo' ? tf.sum(tf.mul(gammaWeights(given, objective), rows)) : tf.scalar(0),
    }
  })
}
