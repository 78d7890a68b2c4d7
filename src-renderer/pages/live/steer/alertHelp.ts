/** What a person can do at once about an alert: each fills knobs in, or runs a command; nothing is applied unasked. */

import type { KnobName } from '../../../../src-main/contract/knobs.ts'
import type { AlertKind } from '../../../../src-main/contract/records.ts'
import type { Settings } from '../../../../src-main/contract/settings.ts'
import { nextStage, refreshReference, stayInStage } from '../../../actions/stages.ts'
import { plain } from '../../../format/number.ts'
import { setDraft } from '../../../stores/steer.ts'

export interface Help {
  name: string
  run: (settings: Settings) => void
}

const focusKnob = (name: KnobName) =>
  requestAnimationFrame(() => document.querySelector<HTMLInputElement>(`[data-knob="${name}"] input`)?.focus())

function draft(name: KnobName, value: number): void {
  setDraft(name, plain(value))
  focusKnob(name)
}

const round = (value: number) => Number(value.toPrecision(2))

const halveRate: Help = {
  name: 'Halve the learning rate',
  run: (s) => draft('learningRate', round(s.learningRate / 2)),
}
const raiseBeta: Help = {
  name: 'Raise β',
  run: (s) => draft('beta', s.beta > 0 ? round(s.beta * 2) : 0.001),
}
const refresh: Help = { name: 'Refresh the reference', run: () => void refreshReference.run() }
const warmer: Help = {
  name: 'Raise the temperature',
  run: (s) => draft('temperature', Math.min(5, round(s.temperature + 0.1))),
}
const larger: Help = { name: 'Double the group', run: (s) => draft('groupSize', Math.min(256, s.groupSize * 2)) }
const longer: Help = {
  name: 'Raise the token limit',
  run: (s) => draft('maxCompletionTokens', Math.ceil(s.maxCompletionTokens * 1.5)),
}

const lighterForm: Help = {
  name: 'Halve the weight of the form',
  run: (s) => draft('rewardWeights.format', round((s.rewardWeights.format ?? 0) / 2)),
}
const onward: Help = { name: 'Next stage', run: () => void nextStage.run() }
const remain: Help = { name: 'Stay', run: () => void stayInStage.run() }

export const helpFor: Partial<Record<AlertKind, Help[]>> = {
  'kl-jump': [halveRate, raiseBeta, refresh],
  'non-finite': [halveRate],
  'no-signal': [warmer, larger],
  'all-truncated': [longer],
  'length-growth': [raiseBeta],
  'repetition-growth': [raiseBeta, halveRate],
  'identical-answers': [warmer, larger],
  'hollow-format': [lighterForm],
  'reward-apart': [raiseBeta, refresh],
  'reward-model-range': [raiseBeta],
  gate: [onward, remain],
}
