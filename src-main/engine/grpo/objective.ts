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
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as Objective
}
