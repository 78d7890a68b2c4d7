/** Knobs: the settings that a person may turn while a run goes, their values, and why a value is refused. */
import { sideScalings, sidesOf } from './composite.ts'
import { type Domain, domains } from './domains.ts'
import { type NumberSetting, type NumberSettingName, numberSettings } from './number-settings.ts'
import {
  type RewardName,
  type RewardSide,
  rewardNames,
  rewardSides,
  rewardTable,
  rewardWeightRange,
} from './rewards.ts'
import { defaultSettings, type PartialSettings, type Settings } from './settings.ts'

/** Flat names: reward weights as `rewardWeights.accuracy`, of the composite's sides `sideWeights.math.general` and `sideScaling.general`. */
export type KnobName =
  | NumberSettingName
  | `rewardWeights.${RewardName}`
  | `sideWeights.${Domain}.${RewardSide}`
  | `sideScaling.${RewardSide}`
export interface Knob extends NumberSetting {
  name: KnobName
  /** What each whole number from 0 stands for, where the value is a word: a change is kept as a number like all others. */
  choices?: readonly string[]
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
  ...domains.flatMap((domain) =>
    rewardSides.map((side) => ({
      name: `sideWeights.${domain}.${side}` as const,
      kind: 'number' as const,
      label: `${side} side, ${domain}`,
      unit: '',
      ...rewardWeightRange,
      default: defaultSettings.sideWeights[domain][side],
      steerable: true,
      effect: `How much the ${side} side of the reward counts on ${domain} prompts.`,
    })),
  ),
  ...rewardSides.map((side) => ({
    name: `sideScaling.${side}` as const,
    kind: 'integer' as const,
    label: `${side} side, scaling`,
    unit: '',
    min: 0,
    max: sideScalings.length - 1,
    default: sideScalings.indexOf(defaultSettings.sideScaling[side]),
    steerable: true,
    choices: sideScalings,
    effect: `Scales the ${side} side before its weight: 0 not at all, 1 by its group’s mean and spread, 2 by those of all outputs so far.`,
  })),
]

/** Of a critic. */
const criticKnobs: readonly KnobName[] = ['gaeLambda', 'gaeGamma', 'criticLearningRate']

/**
 * The knobs of a run: of the rewards, those that it weighs; of the composite, the sides that they are on, if there are several; a critic's where
 * there is one.
 */
export function knobsOf(settings: Settings): Knob[] {
  return knobs.filter(({ name }) => isOf(settings, name))
}

function isOf({ rewardWeights, advantageEstimator }: Settings, name: KnobName): boolean {
  if (criticKnobs.includes(name)) return advantageEstimator === 'gae'
  const [group, domainOrReward, side] = name.split('.')
  if (group === 'rewardWeights') return rewardWeights[domainOrReward as RewardName] !== undefined
  if (group !== 'sideWeights' && group !== 'sideScaling') return true
  const sides = sidesOf(rewardWeights)
  return sides.length > 1 && sides.includes((side ?? domainOrReward) as RewardSide)
}

export type KnobChanges = Partial<Record<KnobName, number>>

/** A reward that the run does not weigh counts as 0. */
export function knobValue(settings: Settings, name: KnobName): number {
  const [group, key, side] = name.split('.')
  if (group === 'rewardWeights') return settings.rewardWeights[key as RewardName] ?? 0
  if (group === 'sideWeights') return settings.sideWeights[key as Domain][side as RewardSide]
  if (group === 'sideScaling') return sideScalings.indexOf(settings.sideScaling[key as RewardSide])
  return settings[name as NumberSettingName]
}

/** A knob's value in words, where it has some. */
export function knobWord(name: KnobName, value: number): string | undefined {
  return knobs.find((knob) => knob.name === name)?.choices?.[value]
}

/** Knob changes as a settings change. */
export function settingsOf(changes: KnobChanges): PartialSettings {
  const settings: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(changes)) {
    const path = name.split('.')
    const last = path.pop()!
    let at = settings
    for (const key of path) {
      at[key] ??= {}
      at = at[key] as Record<string, unknown>
    }
    at[last] = path[0] === 'sideScaling' ? sideScalings[value] : value
  }
  return settings
}

/**
 * Why a knob cannot take this value, as a sentence with range and unit; undefined if it can.
 * @param inForce of the run, where there is one: a reward that it does not weigh has no knob
 */
export function refusal(name: string, value: unknown, inForce?: Settings): string | undefined {
  const knob = knobs.find((k) => k.name === name)
  if (!knob) return `There is no knob "${name}". Knobs: ${knobs.map((k) => k.name).join(', ')}.`
  if (inForce && criticKnobs.includes(knob.name) && !isOf(inForce, knob.name))
    return `The run has no critic for the ${knob.label}: its advantages are those of groups.`
  if (inForce && !isOf(inForce, knob.name))
    return knob.name.startsWith('side')
      ? `The ${knob.label} has no weight in this run: the sides of its rewards are ${sidesOf(inForce.rewardWeights).join(', ')}.`
      : `The run has no ${knob.name.slice(14)} reward: its rewards are ${Object.keys(inForce.rewardWeights).join(', ')}.`
  return outOfRange(knob, value)
}

/** Why a number setting cannot have this value, whether it may be turned while a run goes or not; undefined if it can. */
export function outOfRange({ label, kind, unit, min, max }: NumberSetting, value: unknown): string | undefined {
  const range = `between ${min} and ${max}${unit ? ` ${unit}` : ''}`
  if (typeof value !== 'number' || !Number.isFinite(value))
    return `${label} must be a number ${range}, not ${JSON.stringify(value)}.`
  if (kind === 'integer' && !Number.isInteger(value)) return `${label} must be a whole number ${range}, not ${value}.`
  if (value < min || value > max) return `${label} must be ${range}, not ${value}.`
  return undefined
}
