/**
 * The GRPO loss on per-token log-probabilities and entropies (Shao et al. 2024, eq. 3):  Σ weight·(policy term + β·KL) − Σ share·entropy.
 * The policy term and the averaging are the loss type's (losses/table.ts); off-policy sequences (DeepSeek-V3.2, 2025) and tokens of low
 * entropy (Wang et al. 2025) can be left out of it. Defined as in TRL, whose numbers it is tested against.
 */
import { type Scalar, type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { klOf } from './kl.ts'
import type { PolicyInputs } from './losses/policy-term.ts'
import { losses } from './losses/table.ts'
import type { Objective } from './objective.ts'
import { backToTokens, logRatioOf, ratioOf, sequenceMean } from './ratio.ts'

/** All [rows, length], but for `weights` and, without a critic, `advantages`, which are [rows, 1]. `mask` is 1 on the tokens that count, 0 elsewhere. */
export interface LossInputs {
  old: Tensor2D
  reference: Tensor2D
  advantages: Tensor2D
  mask: Tensor2D
  /** Share of each token of a row in the loss: see `tokenWeights`. */
  weights: Tensor2D
  /** 1 where the policy term counts: all tokens, if absent. See `topEntropy`. */
  kept?: Tensor2D
  /** Coefficient of each token's entropy: see `entropyShares`. Without it there is no bonus. */
  entropyShares?: Tensor2D
}

/** What a loss sees of the forward pass, [rows, length] each; the loss is differentiable in both. */
export interface LossArguments {
  logProbs: Tensor2D
  entropies: Tensor2D
}

/** @returns scalar */
export function grpoLoss({ logProbs, entropies }: LossArguments, inputs: LossInputs, objective: Objective): Scalar {
  const loss = policyAndKl(logProbs, inputs, objective)
  if (!inputs.entropyShares) return loss
  return tf.sub(loss, tf.sum(tf.mul(entropies, inputs.entropyShares)))
}

/** Everything that depends on the log-probabilities, with its gradient written out: fewer kernels than the composed one. */
function policyAndKl(logProbs: Tensor2D, inputs: LossInputs, objective: Objective): Scalar {
  const { mask } = inputs
  const { beta, importanceSampling: level } = objective
  const f = tf.customGrad((logp_, save) => {
    const logp = logp_ as Tensor2D
    const weighted = tf.mul(inputs.weights, mask)
    const given: PolicyInputs = { ...inputs, logp, ratio: ratioOf(logp, inputs.old, mask, level) }
    const policy = losses[objective.lossType].family.term(given, objective)
    const kept = keptIn(given, inputs.kept, objective)
    const only = (x: Tensor) => (kept ? tf.mul(x, kept) : x)

    let perToken = only(policy.value)
    const policySlope = tf.mul(weighted, only(policy.slope))
    let gradient = policy.of === 'logRatio' ? backToTokens(policySlope, mask, level) : policySlope
    if (beta !== 0) {
      const kl = klTerm(given, inputs.reference, objective)
      perToken = tf.add(perToken, tf.mul(kl.value, beta))
      gradient = tf.add(gradient, tf.mul(weighted, tf.mul(kl.slope, beta)))
      if (kl.ratioSlope)
        gradient = tf.add(gradient, backToTokens(tf.mul(weighted, tf.mul(kl.ratioSlope, beta)), mask, level))
    }
    ;(save as (t: Tensor[]) => void)([gradient])
    return {
      value: tf.sum(tf.mul(weighted, perToken)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0], dy),
    }
  })
  return f(logProbs) as Scalar
}

/** The penalised KL of each token, its slope with respect to logp, and where it is multiplied by the ratio that through log ρ. */
export function klTerm({ logp, mask, ratio }: PolicyInputs, reference: Tensor2D, objective: Objective) {
  const { value, slope } = klOf(objective.klEstimator, logp, reference, mask)
  if (!objective.klTimesRatio) return { value, slope, ratioSlope: null }
  const product = tf.mul(value, ratio)
  return { value: product, slope: tf.mul(slope, ratio), ratioSlope: product }
}

/** 1 where the policy term counts; null: everywhere. */
function keptIn(inputs: PolicyInputs, kept: Tensor2D | undefined, objective: Objective): Tensor | null {
  if (objective.offPolicyThreshold === 0) return kept ?? null
  const sequences = onPolicy(inputs, objective.offPolicyThreshold)
  return kept ? tf.mul(kept, sequences) : sequences
}

/**
 * The off-policy sequence mask: 0 for a sequence with a negative advantage whose mean log-probability has fallen by more than the threshold
 * since it was sampled. @returns [rows, 1]
 */
export function onPolicy({ logp, old, mask, advantages }: Omit<PolicyInputs, 'ratio'>, threshold: number): Tensor {
  const fallen = tf.neg(sequenceMean(logRatioOf(logp, old, mask), mask))
  return tf.maximum(tf.greaterEqual(advantages, 0).toFloat(), tf.lessEqual(fallen, threshold).toFloat())
}
