/** Knobs: the settings that a person may turn while a run goes, their values, and why a value is refused. */
import { type NumberSetting, type NumberSettingName, numberSettings } from './number-settings.ts'
import { type RewardName, rewardNames, rewardTable, rewardWeightRange } from './rewards.ts'
import { defaultSettings, type PartialSettings, type Settings } from './settings.ts'

/** Flat names, reward weights as `rewardWeights.accuracy`. */
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
