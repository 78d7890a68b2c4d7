/**
 * The GRPO loss on per-token log-probabilities (Shao et al. 2024, eq. 3; asymmetric bounds: DAPO, Yu et al. 2025; reductions as in TRL).
 *   ρ = exp(logp − old);  ℓ = −min(ρA, clip(ρ, 1 − ε_low, 1 + ε_high)·A) + β·k3;  k3 = exp(ref − logp) − (ref − logp) − 1
 * ρ is the token's own ratio, or with sequence-level importance sampling (GSPO, Zheng et al. 2025) the exponential of its sequence's mean log-ratio.
 */
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'

export type LossType = 'grpo' | 'bnpo' | 'dapo' | 'dr_grpo'

export interface Objective {
  beta: number
  epsilonLow: number
  epsilonHigh: number
  importanceSampling: 'token' | 'sequence'
}

/** All [rows, length]; `advantages` is [rows, 1]. `mask` is 1 on the tokens that count, 0 on padding and masked rows. */
export interface LossInputs {
  old: Tensor2D
  reference: Tensor2D
  advantages: Tensor2D
  mask: Tensor2D
  /** Share of each token in the loss: see `tokenWeights`. */
  weights: Tensor2D
}

/**
 * The reduction as a weight for each token, so that micro-batches simply add up.
 * grpo: mean over rows of each row's token mean. bnpo, dapo: mean over all tokens. dr_grpo: sum over rows × limit.
 * @param lengths tokens that count in each row of the whole mini-batch (0 for a masked row)
 * @returns one weight a row, the same for all its tokens
 */
export function tokenWeights(type: LossType, lengths: readonly number[], maxCompletionTokens: number): number[] {
  const total = lengths.reduce((sum, n) => sum + n, 0)
  return lengths.map((n) => {
    if (type === 'grpo') return 1 / (Math.max(n, 1) * lengths.length)
    if (type === 'dr_grpo') return 1 / (lengths.length * maxCompletionTokens)
    return 1 / Math.max(total, 1)
  })
}

/** Sum over tokens of weight × ℓ, differentiable in `logProbs` alone. @returns scalar */
export function grpoLoss(logProbs: Tensor2D, inputs: LossInputs, objective: Objective): Tensor {
  const { beta } = objective
  const perToken = tf.customGrad((logp_, save) => {
    const logp = logp_ as Tensor2D
    const parts = surrogate(logp, inputs, objective)
    const weighted = tf.mul(inputs.weights, inputs.mask)
    const reach = reachOf(logp, inputs)
    const growth = tf.exp(reach)
    const k3 = tf.sub(tf.sub(growth, reach), 1)
    const loss = tf.sum(tf.mul(weighted, beta === 0 ? parts.loss : tf.add(parts.loss, tf.mul(k3, beta))))
    // dk3/dlogp = 1 − exp(ref − logp)
    const dPolicy = backToTokens(tf.mul(weighted, parts.slope), inputs.mask, objective.importanceSampling)
    const gradient = beta === 0 ? dPolicy : tf.add(dPolicy, tf.mul(weighted, tf.mul(tf.sub(1, growth), beta)))
    ;(save as (t: Tensor[]) => void)([gradient])
    return { value: loss, gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0], dy) }
  })
  return perToken(logProbs)
}

/** The clipped part: its value and its slope with respect to the log-ratio, [rows, length] each. */
function surrogate(logp: Tensor2D, inputs: LossInputs, objective: Objective) {
  const { advantages } = inputs
  const ratio = ratioOf(logp, inputs, objective.importanceSampling)
  const clipped = tf.clipByValue(ratio, 1 - objective.epsilonLow, 1 + objective.epsilonHigh)
  const plain = tf.mul(ratio, advantages)
  const cut = tf.mul(clipped, advantages)
  // Where the clipped branch is the smaller, its slope is 0; equal branches take the plain one, as torch.min of equals inside the bounds.
  const free = tf.lessEqual(plain, cut).toFloat()
  return { loss: tf.neg(tf.minimum(plain, cut)), slope: tf.neg(tf.mul(plain, free)) }
}

/** ref − logp, 0 where nothing counts: what the two say of prompts and padding may differ beyond what an exponential can hold. */
function reachOf(logp: Tensor2D, { reference, mask }: LossInputs): Tensor {
  return tf.mul(tf.sub(reference, logp), mask)
}

function ratioOf(logp: Tensor2D, { old, mask }: LossInputs, level: 'token' | 'sequence'): Tensor {
  const logRatio = tf.mul(tf.sub(logp, old), mask)
  return tf.exp(level === 'token' ? logRatio : sequenceMean(logRatio, mask))
}

/** Mean over a row's counted tokens, [rows, 1]. */
function sequenceMean(x: Tensor, mask: Tensor): Tensor {
  return tf.div(tf.sum(x, 1, true), tf.maximum(tf.sum(mask, 1, true), 1))
}

/** The gradient of a sequence's mean log-ratio is shared out evenly over its tokens. */
function backToTokens(slope: Tensor, mask: Tensor2D, level: 'token' | 'sequence'): Tensor {
  if (level === 'token') return slope
  return tf.mul(mask, tf.div(tf.sum(slope, 1, true), tf.maximum(tf.sum(mask, 1, true), 1)))
}

/**
 * Sums for metrics, each a scalar tensor: `kl` over counted tokens, `low` and `high` over probability ratios. Of these there is one a counted
 * token, or with sequence-level importance sampling one a row that counts; `ratios` is their number.
 */
export function lossStatistics(logp: Tensor2D, inputs: LossInputs, objective: Objective) {
  return tf.tidy(() => {
    const { mask, advantages } = inputs
    const bySequence = objective.importanceSampling === 'sequence'
    const ratio = ratioOf(logp, inputs, objective.importanceSampling)
    const counted = bySequence ? tf.minimum(tf.sum(mask, 1, true), 1) : mask
    const low = tf.mul(tf.less(ratio, 1 - objective.epsilonLow).toFloat(), tf.less(advantages, 0).toFloat())
    const high = tf.mul(tf.greater(ratio, 1 + objective.epsilonHigh).toFloat(), tf.greater(advantages, 0).toFloat())
    const reach = reachOf(logp, inputs)
    const k3 = tf.sub(tf.sub(tf.exp(reach), reach), 1)
    return {
      low: tf.sum(tf.mul(low, counted)),
      high: tf.sum(tf.mul(high, counted)),
      ratios: tf.sum(counted),
      kl: tf.sum(tf.mul(k3, mask)),
    }
  })
}
