/** TRL's GRPOConfig in the words of this project. */
import { defaultSettings, importanceSamplings, lossTypes } from '../../contract/settings.ts'
import { type Objective, objectiveOf } from '../grpo/objective.ts'
import type { LossCase } from './layout.ts'

/** TRL's name for each number of the objective that is no part of `resolved`. */
const numbers = {
  sapo_temperature_pos: 'sapoTemperaturePositive',
  sapo_temperature_neg: 'sapoTemperatureNegative',
  vespo_k_pos: 'vespoKPositive',
  vespo_lambda_pos: 'vespoLambdaPositive',
  vespo_k_neg: 'vespoKNegative',
  vespo_lambda_neg: 'vespoLambdaNegative',
  off_policy_mask_threshold: 'offPolicyThreshold',
} as const satisfies Record<string, keyof Objective>

const known = [
  ...Object.keys(numbers),
  ...['loss_type', 'importance_sampling_level', 'beta', 'epsilon', 'epsilon_high', 'delta', 'use_bias_correction_kl'],
  ...['gradient_accumulation_steps', 'top_entropy_quantile', 'entropy_coef'],
]

/** Why the case cannot be computed here; null if it can. */
export function strangeLoss({ config, resolved }: LossCase): string | null {
  const stranger = Object.keys(config).find((key) => !known.includes(key))
  if (stranger) return `${stranger} ${JSON.stringify(config[stranger])}`
  if (!lossTypes.includes(resolved.loss_type as never)) return `loss_type "${resolved.loss_type}"`
  if (!importanceSamplings.includes(resolved.importance_sampling_level as never))
    return `importance_sampling_level "${resolved.importance_sampling_level}"`
  if (config.off_policy_mask_threshold === 0) return 'off_policy_mask_threshold 0, which is off here'
  const text = Object.entries(config).find(
    ([key, v]) =>
      typeof v !== 'number' && !['loss_type', 'importance_sampling_level', 'use_bias_correction_kl'].includes(key),
  )
  return text ? `${text[0]} ${JSON.stringify(text[1])}` : null
}

export function objectiveOfCase({ config, resolved }: LossCase): Objective {
  const named = Object.entries(numbers).filter(([theirs]) => theirs in config)
  return {
    ...objectiveOf(defaultSettings),
    lossType: resolved.loss_type as Objective['lossType'],
    importanceSampling: resolved.importance_sampling_level as Objective['importanceSampling'],
    beta: resolved.beta,
    klEstimator: 'k3',
    klTimesRatio: resolved.use_bias_correction_kl,
    epsilonLow: resolved.epsilon_low,
    epsilonHigh: resolved.epsilon_high,
    delta: resolved.delta ?? 0,
    // TRL gives its name a second meaning: with cispo it is the cap itself, not its distance from 1
    cispoMaxRatio: resolved.epsilon_high,
    ...Object.fromEntries(named.map(([theirs, ours]) => [ours, config[theirs]])),
  }
}
