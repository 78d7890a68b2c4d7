/**
 * What each setting of a recipe is called by the trainers of a cluster, how its value gets there, and which values they cannot have. Refusals
 * before submission, the driver (by python/grpo_studio/ray/mapping.json, which is made of this) and the table in docs/ray.md all read it.
 */
import type { Settings } from './settings.ts'
import { trlNames } from './trl-names.ts'
import { verlNames } from './verl-names.ts'

export const trainers = ['trl', 'verl'] as const
export type Trainer = (typeof trainers)[number]

/** `none-for-0`: what is off at 0 here is None there. `driver`: the driver works it out, as the note says. */
export type Way = 'same' | 'none-for-0' | 'driver'

export type SettingValue = number | boolean | string

export interface TrainerName {
  /** The trainer's own names, as one writes them in its configuration; none where the driver does it, or nothing can. */
  to: readonly string[]
  /** Default `same`. */
  as?: Way
  /** In place of `as`: the trainer's word for each of ours. */
  values?: Readonly<Record<string, string | boolean>>
  /** The values that it can have; all, if there is no such list. */
  only?: readonly SettingValue[]
  /** Why no others. */
  why?: string
  /** It has an effect with these values of another setting alone, and is otherwise neither refused nor handed over. */
  when?: { setting: keyof Settings; is: readonly SettingValue[] }
  /** For a reader: how it gets there, or in what it differs. */
  note?: string
}

/** Settings whose values are numbers, words or switches; rewards and their sides have rules of their own. */
export type PlainSetting = Exclude<keyof Settings, 'rewardWeights' | 'rewardParameters' | 'sideWeights' | 'sideScaling'>

export type TrainerNames = Readonly<Record<PlainSetting, TrainerName>>

export const trainerNames: Readonly<Record<Trainer, TrainerNames>> = { trl: trlNames, verl: verlNames }

/** Whether the setting does anything with these settings. */
export function hasEffect({ when }: TrainerName, settings: Settings): boolean {
  return when === undefined || when.is.includes(settings[when.setting] as SettingValue)
}

/** What the driver reads, in Python. */
export const mappingJson = (): string => `${JSON.stringify(trainerNames, null, 1)}\n`
