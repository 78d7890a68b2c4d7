/**
 * Every number of a GRPO stage, once: its type, range, unit, default, the paper's value and what turning it does. The recipe's
 * validation, the steering panel, the command line and the docs all read this table.
 */
import { z } from 'zod'
import {
  type RewardName,
  type RewardParameters,
  type RewardWeights,
  rewardNames,
  rewardParametersSchema,
  rewardTable,
  rewardWeightRange,
  rewardWeightsSchema,
} from './rewards.ts'

export interface NumberSetting {
  kind: 'number' | 'integer'
  label: string
  /** Plain unit: 'tokens', 'samples', '' for a pure number. */
  unit: string
  min: number
  max: number
  default: number
  /** The value of R1-Zero as published (Guo et al. 2025, Methods), where there is one. */
  paper?: number
  /** May be changed while the run goes, from the next step on. */
  steerable: boolean
  /** Stands among the further knobs of the panel as long as it has its default. */
  further?: boolean
  /** Slider on a logarithmic scale. */
  log?: boolean
  /** One sentence: what turning it does. */
  effect: string
}

export const numberSettings = {
  temperature: {
    kind: 'number',
    label: 'temperature',
    unit: '',
    min: 0.05,
    max: 5,
    default: 1,
    paper: 1,
    steerable: true,
    effect: 'Higher samples more varied outputs; log-probabilities are taken at this temperature too.',
  },
  beta: {
    kind: 'number',
    label: 'KL coefficient β',
    unit: '',
    min: 0,
    max: 10,
    default: 0.001,
    paper: 0.001,
    steerable: true,
    log: true,
    effect: 'Pulls the policy towards the reference; 0 lets it go where the reward leads.',
  },
  learningRate: {
    kind: 'number',
    label: 'learning rate',
    unit: '',
    min: 0,
    max: 0.1,
    default: 2e-4,
    paper: 3e-6,
    steerable: true,
    log: true,
    effect: 'Size of an AdamW step; too high collapses the policy within a few steps.',
  },
  epsilonLow: {
    kind: 'number',
    label: 'clip ε low',
    unit: '',
    min: 0,
    max: 1,
    default: 0.2,
    steerable: true,
    effect: 'How far the probability ratio may fall below 1 before its gradient is cut.',
  },
  epsilonHigh: {
    kind: 'number',
    label: 'clip ε high',
    unit: '',
    min: 0,
    max: 100,
    default: 0.28,
    paper: 10,
    steerable: true,
    log: true,
    effect:
      'How far the probability ratio may rise above 1; higher lets rare tokens grow (R1 used 10 in its first RL stage).',
  },
  delta: {
    kind: 'number',
    label: 'two-sided clip δ',
    unit: '(0: off)',
    min: 0,
    max: 1000,
    default: 0,
    steerable: true,
    log: true,
    effect:
      'Caps the ratio where the advantage is negative, which plain clipping leaves open above; more than 1 + ε high (INTELLECT-2 used 4).',
  },
  entropyCoefficient: {
    kind: 'number',
    label: 'entropy bonus',
    unit: '',
    min: 0,
    max: 10,
    default: 0,
    steerable: true,
    log: true,
    effect: 'Rewards the mean entropy of the tokens: keeps the policy from becoming certain too early.',
  },
  offPolicyThreshold: {
    kind: 'number',
    label: 'off-policy limit',
    unit: 'nats/token (0: off)',
    min: 0,
    max: 100,
    default: 0,
    steerable: true,
    log: true,
    effect:
      'Outputs with a negative advantage teach nothing once their mean log-probability has fallen by more than this since they were sampled (DeepSeek-V3.2).',
  },
  topEntropyQuantile: {
    kind: 'number',
    label: 'top entropy share',
    unit: 'share of tokens',
    min: 0.01,
    max: 1,
    default: 1,
    steerable: false,
    effect:
      'Only this share of the tokens, those of the highest entropy, carry the policy gradient; 1 is all. Below 1 each mini-batch takes one forward pass more.',
  },
  cispoMaxRatio: {
    kind: 'number',
    label: 'CISPO ratio cap',
    unit: '',
    min: 0.01,
    max: 1000,
    default: 5,
    steerable: false,
    log: true,
    effect: 'With lossType cispo: the largest weight that a probability ratio can give to a token.',
  },
  sapoTemperaturePositive: {
    kind: 'number',
    label: 'SAPO temperature, positive',
    unit: '',
    min: 0.01,
    max: 100,
    default: 1,
    steerable: false,
    log: true,
    effect: 'With lossType sapo: how fast the gate closes as the ratio leaves 1, where the advantage is positive.',
  },
  sapoTemperatureNegative: {
    kind: 'number',
    label: 'SAPO temperature, negative',
    unit: '',
    min: 0.01,
    max: 100,
    default: 1.05,
    steerable: false,
    log: true,
    effect: 'The same where the advantage is not positive; higher is more careful.',
  },
  vespoKPositive: {
    kind: 'number',
    label: 'VESPO k, positive',
    unit: '',
    min: 0,
    max: 100,
    default: 2,
    steerable: false,
    effect: 'With lossType vespo: power of the sequence ratio in its weight, where the advantage is not negative.',
  },
  vespoLambdaPositive: {
    kind: 'number',
    label: 'VESPO λ, positive',
    unit: '',
    min: 0.0001,
    max: 100,
    default: 3,
    steerable: false,
    effect: 'With lossType vespo: how fast that weight decays as the sequence ratio grows.',
  },
  vespoKNegative: {
    kind: 'number',
    label: 'VESPO k, negative',
    unit: '',
    min: 0,
    max: 100,
    default: 3,
    steerable: false,
    effect: 'Power of the sequence ratio where the advantage is negative; higher lets go of unlikely outputs sooner.',
  },
  vespoLambdaNegative: {
    kind: 'number',
    label: 'VESPO λ, negative',
    unit: '',
    min: 0.0001,
    max: 100,
    default: 2,
    steerable: false,
    effect: 'Decay of the weight where the advantage is negative.',
  },
  groupSize: {
    kind: 'integer',
    label: 'group size',
    unit: 'samples',
    min: 2,
    max: 256,
    default: 16,
    paper: 16,
    steerable: true,
    effect: 'Outputs per prompt: the baseline that advantages are measured against.',
  },
  promptsPerStep: {
    kind: 'integer',
    label: 'prompts per step',
    unit: 'prompts',
    min: 1,
    max: 4096,
    default: 8,
    paper: 32,
    steerable: true,
    effect: 'More prompts make each step steadier and slower.',
  },
  maxCompletionTokens: {
    kind: 'integer',
    label: 'token limit',
    unit: 'tokens',
    min: 4,
    max: 131072,
    default: 112,
    paper: 32768,
    steerable: true,
    effect: 'Outputs that reach it are cut, and score no format reward.',
  },
  refreshReferenceEvery: {
    kind: 'integer',
    label: 'refresh reference',
    unit: 'steps (0: never)',
    min: 0,
    max: 1_000_000,
    default: 0,
    paper: 400,
    steerable: true,
    effect: 'The reference policy becomes a copy of the policy every so many steps, or is mixed with it.',
  },
  referenceMixture: {
    kind: 'number',
    label: 'reference mixture',
    unit: '',
    min: 0.001,
    max: 1,
    default: 1,
    paper: 1,
    steerable: true,
    further: true,
    effect:
      'Share of the policy in the reference when it is due for refreshing, the rest being what it was; 1 replaces it.',
  },
  topP: {
    kind: 'number',
    label: 'top-p',
    unit: '',
    min: 0.01,
    max: 1,
    default: 1,
    steerable: true,
    further: true,
    effect: 'Samples only from the most likely tokens that make up this probability; 1 is off.',
  },
  topK: {
    kind: 'integer',
    label: 'top-k',
    unit: 'tokens (0: all)',
    min: 0,
    max: 1_000_000,
    default: 0,
    steerable: true,
    further: true,
    effect: 'Samples only from so many most likely tokens.',
  },
  minP: {
    kind: 'number',
    label: 'min-p',
    unit: '',
    min: 0,
    max: 1,
    default: 0,
    steerable: true,
    further: true,
    effect: 'Samples only from tokens at least this share as likely as the likeliest; 0 is off.',
  },
  repetitionPenalty: {
    kind: 'number',
    label: 'repetition penalty',
    unit: '',
    min: 0.1,
    max: 10,
    default: 1,
    steerable: true,
    further: true,
    log: true,
    effect: 'Above 1 makes tokens that came before less likely, below 1 more; 1 is off.',
  },
  dynamicSampling: {
    kind: 'integer',
    label: 'dynamic sampling',
    unit: 'rollouts (1: off)',
    min: 1,
    max: 32,
    default: 1,
    steerable: true,
    further: true,
    effect:
      'Prompts whose samples were all rewarded alike give way to others, in so many rollouts a step at most (DAPO).',
  },
  miniBatches: {
    kind: 'integer',
    label: 'mini-batches per rollout',
    unit: 'updates',
    min: 1,
    max: 256,
    default: 1,
    paper: 16,
    steerable: false,
    effect: 'A rollout is split into so many optimizer steps; from the second on the ratio leaves 1 and clipping acts.',
  },
  innerEpochs: {
    kind: 'integer',
    label: 'inner epochs',
    unit: 'passes',
    min: 1,
    max: 64,
    default: 1,
    paper: 1,
    steerable: false,
    effect: 'How often each rollout is gone through.',
  },
  microBatchTokens: {
    kind: 'integer',
    label: 'micro-batch',
    unit: 'tokens',
    min: 64,
    max: 4_194_304,
    default: 2048,
    steerable: false,
    effect: 'Bounds memory; does not change the result.',
  },
  warmupSteps: {
    kind: 'integer',
    label: 'warm-up',
    unit: 'steps',
    min: 0,
    max: 100_000,
    default: 10,
    steerable: false,
    effect: 'The learning rate rises linearly over so many steps.',
  },
  maxGradNorm: {
    kind: 'number',
    label: 'gradient norm limit',
    unit: '',
    min: 0.001,
    max: 1000,
    default: 1,
    steerable: false,
    log: true,
    effect: 'Gradients are scaled down to this global norm.',
  },
  weightDecay: {
    kind: 'number',
    label: 'weight decay',
    unit: '',
    min: 0,
    max: 1,
    default: 0,
    steerable: false,
    effect: 'Decoupled decay of AdamW.',
  },
  adamBeta1: {
    kind: 'number',
    label: 'Adam β₁',
    unit: '',
    min: 0,
    max: 0.9999,
    default: 0.9,
    steerable: false,
    effect: 'Memory of the gradient mean.',
  },
  adamBeta2: {
    kind: 'number',
    label: 'Adam β₂',
    unit: '',
    min: 0,
    max: 0.99999,
    default: 0.99,
    steerable: false,
    effect: 'Memory of the squared gradient.',
  },
} as const satisfies Record<string, NumberSetting>

export type NumberSettingName = keyof typeof numberSettings

export const lossTypes = ['grpo', 'bnpo', 'dapo', 'dr_grpo', 'luspo', 'cispo', 'sapo', 'vespo'] as const
export const importanceSamplings = ['token', 'sequence'] as const
export const klEstimators = ['k1', 'k2', 'k3'] as const
export const rewardAggregations = ['sum_then_normalize', 'normalize_then_sum'] as const
export const rewardScales = ['group', 'batch', 'none'] as const

const numberSchemas = Object.fromEntries(
  Object.entries(numberSettings).map(([name, s]) => {
    const base = s.kind === 'integer' ? z.number().int() : z.number()
    return [name, base.min(s.min).max(s.max)]
  }),
) as Record<NumberSettingName, z.ZodNumber>

/** All settings of a GRPO stage, each optional: a stage names only what it changes. */
export const partialSettings = z
  .strictObject({
    ...numberSchemas,
    lossType: z.enum(lossTypes),
    importanceSampling: z.enum(importanceSamplings),
    klEstimator: z.enum(klEstimators),
    /** The KL term is multiplied by the probability ratio, as TRL does by default and GRPO as published does not. */
    klTimesRatio: z.boolean(),
    scaleRewards: z.enum(rewardScales),
    rewardAggregation: z.enum(rewardAggregations),
    /** Truncated samples give no gradient (DAPO's overlong filtering); they still count in their group's mean. */
    maskTruncated: z.boolean(),
    /** The rewards that are computed, by name. */
    rewardWeights: rewardWeightsSchema,
    rewardParameters: rewardParametersSchema,
  })
  .partial()

export type PartialSettings = z.infer<typeof partialSettings>

export type Settings = Record<NumberSettingName, number> & {
  lossType: (typeof lossTypes)[number]
  importanceSampling: (typeof importanceSamplings)[number]
  klEstimator: (typeof klEstimators)[number]
  klTimesRatio: boolean
  scaleRewards: (typeof rewardScales)[number]
  rewardAggregation: (typeof rewardAggregations)[number]
  maskTruncated: boolean
  rewardWeights: RewardWeights
  rewardParameters: RewardParameters
}

export const defaultSettings: Settings = {
  ...(Object.fromEntries(Object.entries(numberSettings).map(([name, s]) => [name, s.default])) as Record<
    NumberSettingName,
    number
  >),
  lossType: 'grpo',
  importanceSampling: 'token',
  klEstimator: 'k3',
  klTimesRatio: false,
  scaleRewards: 'group',
  rewardAggregation: 'sum_then_normalize',
  maskTruncated: false,
  rewardWeights: { accuracy: 1, format: 0.1 },
  rewardParameters: {},
}

export function mergeSettings(base: Settings, change: PartialSettings): Settings {
  const { rewardWeights, rewardParameters = {}, ...rest } = change
  const given = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined))
  const parameters = { ...base.rewardParameters }
  for (const [name, values] of Object.entries(rewardParameters) as [RewardName, object | undefined][])
    parameters[name] = { ...parameters[name], ...values }
  return {
    ...base,
    ...given,
    rewardWeights: { ...base.rewardWeights, ...rewardWeights },
    rewardParameters: parameters,
  }
}

/**
 * Settings as they were kept, by this version or an earlier one: what did not exist then has its default, which must be what was done then.
 * @param kept settings, or their JSON
 */
export function keptSettings(kept: string | PartialSettings): Settings {
  return mergeSettings(defaultSettings, typeof kept === 'string' ? JSON.parse(kept) : kept)
}

/** The settings that a person may turn while the run goes: flat names, reward weights as `rewardWeights.accuracy`. */
export type KnobName = NumberSettingName | `rewardWeights.${RewardName}`
export interface Knob extends NumberSetting {
  name: KnobName
}

export const knobs: Knob[] = [
  ...Object.entries(numberSettings)
    .filter(([, s]) => s.steerable)
    .map(([name, s]) => ({ ...s, name: name as NumberSettingName })),
  ...rewardNames.map((name) => ({
    name: `rewardWeights.${name}` as const,
    kind: 'number' as const,
    label: `${rewardTable[name].label} weight`,
    unit: '',
    ...rewardWeightRange,
    default: defaultSettings.rewardWeights[name] ?? 0,
    steerable: true,
    effect: `Weight of the ${rewardTable[name].label} reward in the total.`,
  })),
]

/** The knobs of a run: of the rewards, those that it weighs. */
export function knobsOf(settings: Settings): Knob[] {
  return knobs.filter(({ name }) => isWeighed(settings, name))
}

const isWeighed = ({ rewardWeights }: Settings, name: KnobName) =>
  !name.startsWith('rewardWeights.') || rewardWeights[name.slice(14) as RewardName] !== undefined

export type KnobChanges = Partial<Record<KnobName, number>>

/** A reward that the run does not weigh counts as 0. */
export function knobValue(settings: Settings, name: KnobName): number {
  return name.startsWith('rewardWeights.')
    ? (settings.rewardWeights[name.slice(14) as RewardName] ?? 0)
    : settings[name as NumberSettingName]
}

/** Knob changes as a settings change. */
export function settingsOf(changes: KnobChanges): PartialSettings {
  const settings: Record<string, unknown> = {}
  const weights: Record<string, number> = {}
  for (const [name, value] of Object.entries(changes)) {
    if (name.startsWith('rewardWeights.')) weights[name.slice(14)] = value
    else settings[name] = value
  }
  return Object.keys(weights).length > 0 ? { ...settings, rewardWeights: weights } : settings
}

/**
 * Why a knob cannot take this value, as a sentence with range and unit; undefined if it can.
 * @param inForce of the run, where there is one: a reward that it does not weigh has no knob
 */
export function refusal(name: string, value: unknown, inForce?: Settings): string | undefined {
  const knob = knobs.find((k) => k.name === name)
  if (!knob) return `There is no knob "${name}". Knobs: ${knobs.map((k) => k.name).join(', ')}.`
  if (inForce && !isWeighed(inForce, knob.name))
    return `The run has no ${knob.name.slice(14)} reward: its rewards are ${Object.keys(inForce.rewardWeights).join(', ')}.`
  const unit = knob.unit ? ` ${knob.unit}` : ''
  const range = `between ${knob.min} and ${knob.max}${unit}`
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `${knob.label} must be a number ${range}, not ${JSON.stringify(value)}.`
  if (knob.kind === 'integer' && !Number.isInteger(value))
    return `${knob.label} must be a whole number ${range}, not ${value}.`
  if (value < knob.min || value > knob.max) return `${knob.label} must be ${range}, not ${value}.`
  return undefined
}
