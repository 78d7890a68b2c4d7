/** The settings of a GRPO stage: their schema, defaults, and how a stage's or a person's change is laid over them. */
import { z } from 'zod'
import {
  defaultSideScalings,
  defaultSideWeights,
  type SideScalings,
  type SideWeights,
  sideScalingsSchema,
  sideWeightsSchema,
  withSideWeights,
} from './composite.ts'
import { type NumberSettingName, numberSettings } from './number-settings.ts'
import {
  type RewardName,
  type RewardParameters,
  type RewardWeights,
  rewardParametersSchema,
  rewardWeightsSchema,
} from './rewards.ts'

export const lossTypes = ['grpo', 'bnpo', 'dapo', 'dr_grpo', 'luspo', 'cispo', 'sapo', 'vespo'] as const
export const importanceSamplings = ['token', 'sequence'] as const
export const klEstimators = ['k1', 'k2', 'k3'] as const
export const rewardAggregations = ['sum_then_normalize', 'normalize_then_sum'] as const
export const rewardScales = ['group', 'batch', 'none'] as const
export const advantageEstimators = ['group', 'gae'] as const

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
    /** Whether advantages come from the rewards of the group (GRPO) or from a critic by GAE (PPO). */
    advantageEstimator: z.enum(advantageEstimators),
    /** With a critic: the KL penalty is part of each token's reward, as in PPO for language models, or else of the loss as in GRPO. */
    klInReward: z.boolean(),
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
    /** How much each side of the composite reward counts, by the domain of the prompt. */
    sideWeights: sideWeightsSchema,
    /** How each side is scaled before that. */
    sideScaling: sideScalingsSchema,
  })
  .partial()

export type PartialSettings = z.infer<typeof partialSettings>

export type Settings = Record<NumberSettingName, number> & {
  advantageEstimator: (typeof advantageEstimators)[number]
  klInReward: boolean
  lossType: (typeof lossTypes)[number]
  importanceSampling: (typeof importanceSamplings)[number]
  klEstimator: (typeof klEstimators)[number]
  klTimesRatio: boolean
  scaleRewards: (typeof rewardScales)[number]
  rewardAggregation: (typeof rewardAggregations)[number]
  maskTruncated: boolean
  rewardWeights: RewardWeights
  rewardParameters: RewardParameters
  sideWeights: SideWeights
  sideScaling: SideScalings
}

export const defaultSettings: Settings = {
  ...(Object.fromEntries(Object.entries(numberSettings).map(([name, s]) => [name, s.default])) as Record<
    NumberSettingName,
    number
  >),
  advantageEstimator: 'group',
  klInReward: true,
  lossType: 'grpo',
  importanceSampling: 'token',
  klEstimator: 'k3',
  klTimesRatio: false,
  scaleRewards: 'group',
  rewardAggregation: 'sum_then_normalize',
  maskTruncated: false,
  rewardWeights: { accuracy: 1, format: 0.1 },
  rewardParameters: {},
  sideWeights: defaultSideWeights,
  sideScaling: defaultSideScalings,
}

export function mergeSettings(base: Settings, change: PartialSettings): Settings {
  const { rewardWeights, rewardParameters = {}, sideWeights, sideScaling, ...rest } = change
  const given = Object.fromEntries(Object.entries(rest).filter(([, v]) => v !== undefined))
  const parameters = { ...base.rewardParameters }
  for (const [name, values] of Object.entries(rewardParameters) as [RewardName, object | undefined][])
    parameters[name] = { ...parameters[name], ...values }
  return {
    ...base,
    ...given,
    rewardWeights: { ...base.rewardWeights, ...rewardWeights },
    rewardParameters: parameters,
    sideWeights: withSideWeights(base.sideWeights, sideWeights),
    sideScaling: { ...base.sideScaling, ...sideScaling },
  }
}

/** One change after another, as one. */
export function mergePartial(first: PartialSettings, then: PartialSettings): PartialSettings {
  const merged = structuredClone(first) as Record<string, unknown>
  lay(merged, then)
  return merged as PartialSettings
}

function lay(over: Record<string, unknown>, change: object): void {
  for (const [name, value] of Object.entries(change)) {
    const before = over[name]
    if (typeof value === 'object' && value !== null && typeof before === 'object' && before !== null)
      lay(before as Record<string, unknown>, value)
    else over[name] = structuredClone(value)
  }
}

/** Of a run of another trainer, before it delivered any: NaN stands for a number that was not delivered. */
export const undeliveredSettings: Settings = {
  ...defaultSettings,
  ...(Object.fromEntries(Object.keys(numberSettings).map((name) => [name, Number.NaN])) as Record<
    NumberSettingName,
    number
  >),
  rewardWeights: {},
}

/** With what another trainer delivered, by flat names of settings (`rewardWeights.NAME` too); names that are not ours are left out. */
export function withDelivered(settings: Settings, delivered: Readonly<Record<string, number>>): Settings {
  const numbers: Record<string, number> = {}
  const weights: Record<string, number> = {}
  for (const [name, value] of Object.entries(delivered)) {
    if (name.startsWith('rewardWeights.')) weights[name.slice('rewardWeights.'.length)] = value
    else if (Object.hasOwn(numberSettings, name)) numbers[name] = value
  }
  return { ...settings, ...numbers, rewardWeights: { ...settings.rewardWeights, ...weights } }
}

/**
 * Settings as they were kept, by this version or an earlier one: what did not exist then has its default, which must be what was done then.
 * @param kept settings, or their JSON
 */
export function keptSettings(kept: string | PartialSettings): Settings {
  const change = (typeof kept === 'string' ? JSON.parse(kept, undelivered) : kept) as PartialSettings
  // the rewards that were kept are all of them: a default one that is not there was not weighed
  return mergeSettings(change.rewardWeights ? { ...defaultSettings, rewardWeights: {} } : defaultSettings, change)
}

/** JSON has no NaN. */
const undelivered = (_: string, value: unknown) => (value === null ? Number.NaN : value)
