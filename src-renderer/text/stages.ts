/** A run's stages in words. */
import { gateMeasures } from '../../src-main/contract/gates.ts'
import type { RunDetail, StageRecord } from '../../src-main/contract/records.ts'
import { gateOf, type Stage, type StageKind, stageKinds } from '../../src-main/contract/stages.ts'
import { plural } from '../format/number.ts'
import { t } from './t.ts'

const ends = {
  steps: 'as planned',
  gate: 'gate reached',
  steered: 'ended by you',
  stopped: 'stopped',
  skipped: 'skipped',
} as const

/** Steps of this stage that are done. */
export function doneIn(stage: StageRecord, detail: RunDetail): number {
  if (stage.firstStep === null) return 0
  return Math.max(0, (stage.lastStep ?? detail.step) - stage.firstStep + 1)
}

/** From 0 to 1. */
export const shareOf = (stage: StageRecord, detail: RunDetail): number =>
  stage.endReason ? 1 : Math.min(1, doneIn(stage, detail) / Math.max(1, stage.plannedSteps))

export const isCurrent = (stage: StageRecord, detail: RunDetail): boolean =>
  stage.stage === detail.stage && stage.endReason === null

/** Each condition that may end it before its steps are done; none without a gate. */
export function gateConditions(stage: Stage): string[] {
  const gate = gateOf(stage)
  if (!gate) return []
  const { metric, above, evaluations, plateau, minutes } = gate
  return [
    above !== undefined &&
      `${t(gateMeasures[metric])} ≥ ${above}${evaluations > 1 ? `, ${evaluations} times in a row` : ''}`,
    plateau !== undefined && `no better ${t(gateMeasures[metric])} in ${plural(plateau, 'evaluation')}`,
    minutes !== undefined && `after ${plural(minutes, 'minute')} of training`,
  ].filter((words) => words !== false)
}

/** What else may end it, where it has a gate. */
function gateWords({ stage }: StageRecord, { config }: RunDetail): string | null {
  const gate = gateOf(config.stages[stage])
  if (!gate) return null
  const conditions = gateConditions(config.stages[stage])
  return [...conditions.map((words) => `or ${words}`), ...(gate.onReach === 'ask' ? ['then asks'] : [])].join(', ')
}

export function endOf(stage: StageRecord, detail: RunDetail): string {
  if (stage.endReason) return `${plural(doneIn(stage, detail), 'step')}, ${ends[stage.endReason]}`
  if (stage.stage === detail.stage && stage.firstStep !== null) {
    const done = doneIn(stage, detail)
    return detail.staying
      ? `step ${done}, staying until you say next`
      : `${done} of ${stage.plannedSteps}, ${gateWords(stage, detail) ?? `ends after step ${stage.firstStep + stage.plannedSteps - 1}`}`
  }
  return plural(stage.plannedSteps, 'step')
}

/** A run of an earlier or later version may have kinds that this one does not know. */
export function kindOf(stage: StageRecord): { label: string; about: string } | undefined {
  const kind = stageKinds[stage.kind as StageKind] as (typeof stageKinds)[StageKind] | undefined
  return kind && { label: t(kind.label), about: t(kind.about) }
}
