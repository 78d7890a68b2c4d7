/** What stages, steering and alerts say about the steps: the marks of the charts and the past of every knob. */

import { type KnobChanges, type KnobName, knobs, knobValue, settingsOf } from '../../src-main/contract/knobs.ts'
import { isPlanned } from '../../src-main/contract/plan.ts'
import { enterStage, initialSettings, type Recipe } from '../../src-main/contract/recipe.ts'
import type { AlertRecord, StageRecord, SteeringEvent } from '../../src-main/contract/records.ts'
import { mergeSettings, type Settings, withDelivered } from '../../src-main/contract/settings.ts'
import { trainerKnob } from '../../src-main/contract/trainer-knobs.ts'
import { t } from '../text/t.ts'

export type Mark = { step: number } & (
  | { kind: 'stage'; stage: StageRecord; before: StageRecord | null }
  | { kind: 'steering'; event: SteeringEvent }
  | { kind: 'alert'; alert: AlertRecord }
)

/** Pausing and going on leave no trace in the numbers: they are in the history, not on the charts. */
const leavesTrace = (event: SteeringEvent) =>
  event.kind === 'set' ||
  event.kind === 'fork' ||
  event.kind === 'roll-back' ||
  isPlanned(event.kind) ||
  event.kind === 'refresh-reference' ||
  event.kind === 'next-stage' ||
  event.kind === 'stay'

export function marksOf(stages: StageRecord[], events: SteeringEvent[], alerts: AlertRecord[]): Mark[] {
  const marks: Mark[] = []
  stages.forEach((stage, i) => {
    if (stage.firstStep !== null && i > 0)
      marks.push({ kind: 'stage', step: stage.firstStep, stage, before: stages[i - 1] ?? null })
  })
  for (const event of events)
    if (event.effectiveStep !== null && event.refused === null && leavesTrace(event))
      marks.push({ kind: 'steering', step: event.effectiveStep, event })
  for (const alert of alerts.filter(({ kind }) => kind !== 'trainer-note'))
    marks.push({ kind: 'alert', step: alert.step, alert })
  return marks.sort((a, b) => a.step - b.step)
}

export interface SettingsSpan {
  /** First step with these settings. */
  step: number
  settings: Settings
}

/** The settings in force, from each step at which they changed: stages first, then what was steered at that step. */
export function settingsHistory(recipe: Recipe, stages: StageRecord[], events: SteeringEvent[]): SettingsSpan[] {
  type Change = { step: number; order: number; apply: (s: Settings) => Settings }
  const changes: Change[] = []
  stages.forEach((record, i) => {
    const stage = recipe.stages[i]
    const { firstStep } = record
    if (!stage || firstStep === null) return
    if (i > 0) changes.push({ step: firstStep, order: -2, apply: (s) => enterStage(s, stage) })
    for (const { at, settings } of stage.milestones ?? []) {
      const step = firstStep + at - 1
      if (step <= (record.lastStep ?? Number.POSITIVE_INFINITY))
        changes.push({ step, order: -1, apply: (s) => mergeSettings(s, settings) })
    }
  })
  for (const event of events) {
    const { effectiveStep, changes: asked, refused } = event
    if ((event.kind === 'set' || event.kind === 'fork') && asked && effectiveStep !== null && refused === null)
      changes.push({ step: effectiveStep, order: event.id, apply: (s) => mergeSettings(s, settingsOf(asked)) })
  }
  changes.sort((a, b) => a.step - b.step || a.order - b.order)
  // the recipe of a fork, or one that was taken over, names its own values: before it others were in force
  const renewed = events.filter(({ kind }) => kind === 'fork' || kind === 'recipe').reverse()
  const first = renewed.reduce((s, { before }) => mergeSettings(s, settingsOf(before)), initialSettings(recipe))
  const spans: SettingsSpan[] = [{ step: 1, settings: first }]
  for (const change of changes) {
    const settings = change.apply(spans[spans.length - 1].settings)
    if (spans[spans.length - 1].step === change.step) spans.pop()
    spans.push({ step: change.step, settings })
  }
  return spans
}

/**
 * Of a run of another trainer, from whom there is no recipe: from what holds now, back over what was changed by hand.
 * @param now in force
 */
export function settingsTold(now: Settings, events: SteeringEvent[]): SettingsSpan[] {
  const confirmed = events.filter(
    ({ kind, effectiveStep, refused }) => kind === 'set' && effectiveStep !== null && refused === null,
  )
  const first = confirmed.reduceRight((s, { before }) => withDelivered(s, before), now)
  const spans: SettingsSpan[] = [{ step: 1, settings: first }]
  for (const { effectiveStep, changes = {} } of confirmed) {
    const settings = withDelivered(spans[spans.length - 1].settings, changes)
    if (spans[spans.length - 1].step === effectiveStep) spans.pop()
    spans.push({ step: effectiveStep!, settings })
  }
  return spans
}

export function settingsAt(history: SettingsSpan[], step: number): Settings {
  return (history.findLast((span) => span.step <= step) ?? history[0]).settings
}

/** Steps at which this knob changed, with its value from there on. */
export function knobHistory(history: SettingsSpan[], name: KnobName): { step: number; value: number }[] {
  const points: { step: number; value: number }[] = []
  for (const { step, settings } of history) {
    const value = knobValue(settings, name)
    if (Number.isNaN(value)) continue
    if (points.at(-1)?.value !== value) points.push({ step, value })
  }
  return points
}

/** Values asked for that are not in force yet; a later wish replaces an earlier one. */
export function pendingChanges(pending: SteeringEvent[]): KnobChanges {
  return Object.assign({}, ...pending.filter((e) => e.kind === 'set').map((e) => e.changes))
}

/** Knobs named by an event, in the panel's order. */
export function changedKnobs(event: SteeringEvent): { name: KnobName; label: string; from?: number; to: number }[] {
  const order = knobs.map(({ name }) => name as string)
  return (Object.entries(event.changes ?? {}) as [KnobName, number][])
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([name, to]) => ({ name, label: t(trainerKnob(name).label), from: event.before[name], to }))
}
