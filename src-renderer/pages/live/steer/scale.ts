/** A knob's value on its slider: linear, or logarithmic where its range spans orders of magnitude. */
import type { Knob } from '../../../../src-main/contract/knobs.ts'

/** Share of a logarithmic slider that stands for the exact zero, where the knob has one. */
const zeroShare = 0.04

const isLog = (knob: Knob) => knob.log === true || (knob.kind === 'integer' && knob.max / Math.max(1, knob.min) > 200)

/** Smallest value above zero that the slider reaches; smaller ones can be typed. */
function floorOf(knob: Knob): number {
  if (knob.min > 0) return knob.min
  if (knob.kind === 'integer') return 1
  return Math.min(knob.default || 1e-3, knob.paper || Number.POSITIVE_INFINITY) / 100
}

/** Where a value lies, 0 to 1. */
export function positionOf(knob: Knob, value: number): number {
  const clamp = (x: number) => Math.min(1, Math.max(0, x))
  if (!isLog(knob)) return clamp((value - knob.min) / (knob.max - knob.min))
  const floor = floorOf(knob)
  const share = clamp(Math.log(Math.max(value, floor) / floor) / Math.log(knob.max / floor))
  if (knob.min > 0) return share
  return value <= 0 ? 0 : zeroShare + (1 - zeroShare) * share
}

/** The value at a position, rounded to what a person would type. */
export function valueAt(knob: Knob, position: number): number {
  const p = Math.min(1, Math.max(0, position))
  if (p === 0) return knob.min
  if (p === 1) return knob.max
  if (!isLog(knob)) {
    const grain = roundDown((knob.max - knob.min) / 100)
    const value = Math.round((knob.min + p * (knob.max - knob.min)) / grain) * grain
    return rounded(knob, Math.min(knob.max, Math.max(knob.min, Number(value.toPrecision(6)))))
  }
  if (knob.min <= 0 && p < zeroShare / 2) return 0
  const share = knob.min > 0 ? p : Math.max(0, (p - zeroShare) / (1 - zeroShare))
  const floor = floorOf(knob)
  const value = Number((floor * (knob.max / floor) ** share).toPrecision(2))
  return rounded(knob, Math.min(knob.max, Math.max(knob.min, value)))
}

const rounded = (knob: Knob, value: number) => (knob.kind === 'integer' ? Math.round(value) : value)

/** The largest of 1, 2, 5 × 10ⁿ that is not above `x`. */
function roundDown(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x))
  const lead = x / power
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1)
}
