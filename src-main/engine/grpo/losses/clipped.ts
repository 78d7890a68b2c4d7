/**
 * The clipped surrogate (PPO, Schulman et al. 2017; separate bounds: DAPO, Yu et al. 2025):
 *   −min(ρA, clip(ρ, 1 − ε_low, 1 + ε_high)·A), and with two-sided clipping (INTELLECT-2, 2025)  −min(min(ρ, δ)·A, clip(ρ, …)·A).
 */
import { type Tensor, tf } from '../../tensor/tf.ts'
import type { Family } from './policy-term.ts'

export const clipped: Family = {
  term({ ratio, advantages }, { epsilonLow, epsilonHigh, delta }) {
    const clip = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh)
    const free = tf.mul(ratio, advantages)
    const plain = delta > 0 ? tf.mul(tf.minimum(ratio, delta), advantages) : free
    const cut = tf.mul(clip, advantages)
    // Where the clipped branch is the smaller, its slope is 0; equal branches take the plain one, as torch.min of equals inside the bounds.
    let open: Tensor = tf.lessEqual(plain, cut).toFloat()
    if (delta > 0) open = tf.mul(open, tf.lessEqual(ratio, delta).toFloat())
    return { value: tf.neg(tf.minimum(plain, cut)), of: 'logRatio', slope: tf.neg(tf.mul(free, open)) }
  },
  cut({ ratio, advantages }, { epsilonLow, epsilonHigh }) {
    const low = tf.mul(tf.less(ratio, 1 - epsilonLow).toFloat(), tf.less(advantages, 0).toFloat())
    const high = tf.mul(tf.greater(ratio, 1 + epsilonHigh).toFloat(), tf.greater(advantages, 0).toFloat())
    return { low, high }
  },
}
