/** A setting's or field's path as the window names it. */
import { knobs } from '../../src-main/contract/knobs.ts'
import { numberSettings } from '../../src-main/contract/number-settings.ts'
import { trainerKnob } from '../../src-main/contract/trainer-knobs.ts'
import { t } from './t.ts'

/** @param path dotted: `beta`, `rewardWeights.format`, `stages.1.steps`; one without a name of its own stays as it is */
export function labelOf(path: string): string {
  const info = numberSettings[path as keyof typeof numberSettings] ?? knobs.find(({ name }) => name === path)
  if (info) return t(info.label)
  return path.startsWith('rewardWeights.') ? t(trainerKnob(path).label) : path
}
