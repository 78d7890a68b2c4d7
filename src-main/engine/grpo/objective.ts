/** What the loss of a GRPO step depends on besides its tensors. */
import type { Settings } from '../../contract/settings.ts'

const names = [
  'lossType',
  'importanceSampling',
  'beta',
  'klEstimator',
  'klTimesRatio',
  'epsilonLow',
  'epsilonHigh',
  'delta',
  'cispoMaxRatio',
  'sapoTemperaturePositive',
  'sapoTemperatureNegative',
  'vespoKPositive',
  'vespoLambdaPositive',
  'vespoKNegative',
  'vespoLambdaNegative',
  'offPolicyThreshold',
] as const satisfies (keyof Settings)[]

export type Objective = Pick<Settings, (typeof names)[number]>
export type LossType = Objective['lossType']
export type ImportanceSampling = Objective['importanceSampling']

/** Nothing but what the loss depends on, so that it can be part of a compiled function's key. */
export function objectiveOf(settings: Settings): Objective {
  const objective = Object.fromEntries(names.map((name) => [name, settings[name]])) as Objective
  if (!penalisesRewards(settings)) return objective
  // the KL is only measured, as it is penalised
  return { ...objective, beta: 0, klEstimator: 'k1', klTimesRatio: false }
}

/** The KL penalty is in the rewards of tokens, not in the loss. */
export const penalisesRewards = ({ advantageEstimator, klInReward }: Settings) =>
  advantageEstimator === 'gae' && klInReward
