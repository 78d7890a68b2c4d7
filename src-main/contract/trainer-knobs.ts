/** The knobs of a run, whoever trains it: another trainer says itself what it can turn, also by names that only it knows. */
import { type Knob, type KnobName, knobs, knobsOf, knobValue, outOfRange, refusal } from './knobs.ts'
import type { RunDetail } from './records.ts'
import { rewardWeightRange } from './rewards.ts'

type Steered = Pick<RunDetail, 'attached' | 'settings'>

export const knobsOfRun = ({ attached, settings }: Steered): Knob[] =>
  attached ? attached.knobs.map(trainerKnob) : knobsOf(settings)

/** One that we do not know by name has no range that we could tell. */
export function trainerKnob(name: string): Knob {
  const known = knobs.find((knob) => knob.name === name)
  if (known) return known
  const reward = rewardOf(name)
  const own = { name: name as KnobName, kind: 'number', unit: '', default: 0, steerable: true } as const
  return reward === undefined
    ? { ...own, label: name, min: -1e9, max: 1e9, effect: 'A setting of the trainer, by its own name.' }
    : {
        ...own,
        label: `${reward} weight`,
        ...rewardWeightRange,
        effect: `Weight of the reward ${reward} in the total.`,
      }
}

const rewardOf = (name: string) => (name.startsWith('rewardWeights.') ? name.slice('rewardWeights.'.length) : undefined)

/** NaN where another trainer did not deliver it. */
export function valueInForce({ attached, settings }: Steered, name: KnobName): number {
  const reward = attached ? rewardOf(name) : undefined
  if (reward === undefined) return knobValue(settings, name) ?? Number.NaN
  return (settings.rewardWeights as Record<string, number | undefined>)[reward] ?? Number.NaN
}

/** Why a knob of the run cannot take this value; undefined if it can. */
export function whyNot({ attached, settings }: Steered, name: KnobName, value: number): string | undefined {
  if (!attached) return refusal(name, value, settings)
  const reason = attached.refusals[name]
  if (!attached.knobs.includes(name)) return reason ?? `Its trainer cannot turn ${name} while it trains.`
  return outOfRange(trainerKnob(name), value)
}
