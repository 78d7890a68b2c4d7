/**
 * Probability ratios π/π_old: each token's own, or with sequence-level importance sampling (GSPO, Zheng et al. 2025) the exponential of its
 * sequence's mean log-ratio. All [rows, length]; `mask` is 1 on the tokens that count.
 */
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { ImportanceSampling } from './objective.ts'

/** logp − old, 0 where nothing counts: what the two say of prompts and padding may differ beyond what an exponential can hold. */
export function logRatioOf(logp: Tensor2D, old: Tensor2D, mask: Tensor2D): Tensor {
  return tf.mul(tf.sub(logp, old), mask)
}

/** @returns [rows, length], or [rows, 1] for a ratio a sequence */
export function ratioOf(logp: Tensor2D, old: Tensor2D, mask: Tensor2D, level: ImportanceSampling): Tensor {
  const logRatio = logRatioOf(logp, old, mask)
  return tf.exp(level === 'token' ? logRatio : sequenceMean(logRatio, mask))
}

/** Mean over a row's counted tokens, [rows, 1]; 0 for a row without any. */
export function sequenceMean(x: Tensor, mask: Tensor): Tensor {
  return tf.div(tf.sum(x, 1, true), countOf(mask))
}

/** The gradient of a sequence's mean log-ratio is shared out evenly over its tokens. @param slope with respect to the log-ratio */
export function backToTokens(slope: Tensor, mask: Tensor2D, level: ImportanceSampling): Tensor {
  if (level === 'token') return slope
  return tf.mul(mask, tf.div(tf.sum(slope, 1, true), countOf(mask)))
}

/** At least 1. */
const countOf = (mask: Tensor) => tf.maximum(tf.sum(mask, 1, true), 1)
