/**
 * VESPO (2026): −φ(w)·A·logp with φ held constant: a gamma weight of the ratio w of the whole sequence (the product of its tokens' ratios),
 *   φ(w) = w^k·exp(λ(1 − w)), which is 1 at w = 1 and goes to 0 for sequences that became much likelier or unlikelier. k and λ go by the
 * sign of the advantage. Clamped as in TRL: log-ratios of tokens to ±20, log w to [log 1e-8, 20].
 */
import { type Tensor, tf } from '../../tensor/tf.ts'
import type { Objective } from '../objective.ts'
import { logRatioOf } from '../ratio.ts'
import type { Family, PolicyInputs } from './policy-term.ts'

export const vespo: Family = {
  term(inputs, objective) {
    const slope = tf.neg(tf.mul(gammaWeights(inputs, objective), inputs.advantages))
    return { value: tf.mul(slope, inputs.logp), of: 'logProb', slope }
  },
}

/** φ of each sequence, [rows, 1]. */
export function gammaWeights(
  { logp, old, mask, advantages }: Omit<PolicyInputs, 'ratio'>,
  { vespoKPositive, vespoKNegative, vespoLambdaPositive, vespoLambdaNegative }: Objective,
): Tensor {
  const tokens = tf.clipByValue(logRatioOf(logp, old, mask), -20, 20)
  const logW = tf.clipByValue(tf.sum(tokens, 1, true), Math.log(1e-8), 20)
  const notNegative = tf.greaterEqual(advantages, 0).toFloat()
  const bySign = (positive: number, negative: number) =>
    tf.add(tf.mul(notNegative, positive), tf.mul(tf.sub(1, notNegative), negative))
  const k = bySign(vespoKPositive, vespoKNegative)
  const lambda = bySign(vespoLambdaPositive, vespoLambdaNegative)
  return tf.exp(tf.add(tf.mul(k, logW), tf.mul(lambda, tf.sub(1, tf.exp(logW)))))
}
