/**
 * Estimators of KL(π ‖ π_ref) from one sampled token (Schulman 2020, "Approximating KL divergence"), with d = ref − logp:
 *   k1 = −d, unbiased;  k2 = d²/2, biased, small variance;  k3 = exp(d) − d − 1, unbiased and never negative (GRPO's).
 * Their slopes are those of the formulas as they stand, as in TRL. Of k1 that is 1 on every token: as a penalty it does nothing on average.
 */
import type { Settings } from '../../contract/settings.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'

interface Estimate {
  value: Tensor
  /** With respect to logp. */
  slope: Tensor
}

const estimators: Record<Settings['klEstimator'], (d: Tensor) => Estimate> = {
  k1: (d) => ({ value: tf.neg(d), slope: tf.onesLike(d) }),
  k2: (d) => ({ value: tf.mul(tf.square(d), 0.5), slope: tf.neg(d) }),
  k3: (d) => {
    const growth = tf.exp(d)
    return { value: tf.sub(tf.sub(growth, d), 1), slope: tf.sub(1, growth) }
  },
}

/** Per token, [rows, length]. d is 0 where nothing counts, lest what two models say of padding overflows. */
export function klOf(name: Settings['klEstimator'], logp: Tensor2D, reference: Tensor2D, mask: Tensor2D): Estimate {
  return estimators[name](tf.mul(tf.sub(reference, logp), mask))
}
