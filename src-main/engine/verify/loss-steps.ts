/** What the loss goes through on its way, by the name of TRL's local variable. */
import { klTerm, type LossInputs, onPolicy } from '../grpo/loss.ts'
import { losses } from '../grpo/losses/table.ts'
import { gammaWeights } from '../grpo/losses/vespo.ts'
import type { Objective } from '../grpo/objective.ts'
import { ratioOf } from '../grpo/ratio.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'

type Step = (logp: Tensor2D, inputs: LossInputs, objective: Objective) => Tensor | undefined

const policyInputs = (logp: Tensor2D, inputs: LossInputs, { importanceSampling }: Objective) => ({
  ...inputs,
  logp,
  ratio: ratioOf(logp, inputs.old, inputs.mask, importanceSampling),
})

export const stepOf: Record<string, Step> = {
  log_importance_weights: (...all) => tf.log(policyInputs(...all).ratio),
  coef_1: (...all) => policyInputs(...all).ratio,
  coef_2: (logp, inputs, o) => tf.clipByValue(policyInputs(logp, inputs, o).ratio, 1 - o.epsilonLow, 1 + o.epsilonHigh),
  per_token_kl: (logp, inputs, o) => klTerm(policyInputs(logp, inputs, o), inputs.reference, o).value,
  is_low_clipped: (logp, inputs, o) => losses[o.lossType].family.cut?.(policyInputs(logp, inputs, o), o).low,
  is_high_clipped: (logp, inputs, o) => losses[o.lossType].family.cut?.(policyInputs(logp, inputs, o), o).high,
  phi_seq: (logp, inputs, o) => gammaWeights({ ...inputs, logp }, o),
  off_policy_mask: (logp, inputs, o) => onPolicy({ ...inputs, logp }, o.offPolicyThreshold),
  entropy_mask: (_, inputs) => inputs.kept,
}
