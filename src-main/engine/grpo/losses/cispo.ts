/**
 * CISPO (MiniMax-M1, 2025): −min(ρ, cap)·A·logp with the weight min(ρ, cap) held constant, so that a token whose ratio is capped keeps
 * teaching. The paper's lower bound is left out, as in its experiments and in TRL.
 */
import { tf } from '../../tensor/tf.ts'
import type { Family } from './policy-term.ts'

export const cispo: Family = {
  term({ logp, ratio, advantages }, { cispoMaxRatio }) {
    const slope = tf.neg(tf.mul(tf.minimum(ratio, cispoMaxRatio), advantages))
    return { value: tf.mul(slope, logp), of: 'logProb', slope }
  },
  cut({ ratio, advantages }, { cispoMaxRatio }) {
    const high = tf.mul(tf.greater(ratio, cispoMaxRatio).toFloat(), tf.greater(advantages, 0).toFloat())
    return { low: tf.zerosLike(high), high }
  },
}
