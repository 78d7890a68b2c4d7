/**
 * SAPO (Gao et al. 2025): a soft gate in place of clipping, −(4/τ)·σ(τ(ρ − 1))·A, with a temperature τ for positive advantages and one for
 * the others. At ρ = 1 its slope is that of the plain surrogate; away from it the slope fades.
 */
import { tf } from '../../tensor/tf.ts'
import type { Family } from './policy-term.ts'

export const sapo: Family = {
  term({ ratio, advantages }, { sapoTemperaturePositive, sapoTemperatureNegative }) {
    const positive = tf.greater(advantages, 0).toFloat()
    const tau = tf.add(tf.mul(positive, sapoTemperaturePositive), tf.mul(tf.sub(1, positive), sapoTemperatureNegative))
    const gate = tf.sigmoid(tf.mul(tau, tf.sub(ratio, 1)))
    const value = tf.neg(tf.mul(tf.div(tf.mul(gate, 4), tau), advantages))
    // d gate/d ρ = τ·gate·(1 − gate), and dρ/d log ρ = ρ
    const slope = tf.mul(tf.mul(tf.mul(gate, tf.sub(1, gate)), tf.mul(ratio, advantages)), -4)
    return { value, of: 'logRatio', slope }
  },
}
