/** A run's stages in words. */
import { gateMeasures } from '../../src-main/contract/gates.ts'
import type { RunDetail, StageRecord } from '../../src-main/contract/records.ts'
import { gateOf, type Stage, type StageKind, stageKinds } from '../../src-main/contract/stages.ts'
import { clauses, t } from './t.ts'

const ends = {
  steps: t('as planned'),
  gate: t('gate reached'),
  steered: t('ended by you'),
  stopped: t('stopped'),
  skipped: t('skipped'),
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
      `${t(gateMeasures[metric])} ≥ ${above}${evaluations > 1 ? t(', {{evaluations}} times in a row', { evaluations }) : ''}`,
    plateau !== undefined &&
      t('no better {{gateMeasures}} in {{count}} evaluations', {
        gateMeasures: t(gateMeasures[metric]),
        count: plateau,
      }),
    minutes !== undefined && t('after {{count}} minutes of training', { count: minutes }),
  ].filter((words) => words !== false)
}

/** What else may end it, where it has a gate. */
function gateWords({ stage }: StageRecord, { config }: RunDetail): string | null {
  const gate = gateOf(config.stages[stage])
  if (!gate) return null
  const conditions = gateConditions(config.stages[stage])
  return clauses([
    ...conditions.map((words) => t('or {{words}}', { words })),
    ...(gate.onReach === 'ask' ? [t('then asks')] : []),
  ])
}

export function endOf(stage: StageRecord, detail: RunDetail): string {
  if (stage.endReason) return clauses([t('{{count}} steps', { count: doneIn(stage, detail) }), ends[stage.endReason]])
  if (stage.stage === detail.stage && stage.firstStep !== null) {
    const done = doneIn(stage, detail)
    return detail.staying
      ? t('step {{done}}, staying until you say next', { done })
      : t('{{done}} of {{plannedSteps}}, {{stage}}', {
          done,
          plannedSteps: stage.plannedSteps,
          stage:
            gateWords(stage, detail) ??
            t('ends after step {{firstStep}}', { firstStep: stage.firstStep + stage.plannedSteps - 1 }),
        })
  }
  return t('{{count}} steps', { count: stage.plannedSteps })
}

/** A run of an earlier or later version may have kinds that this one does not know. */
export function kindOf(stage: StageRecord): { label: string; about: string } | undefined {
  const kind = stageKinds[stage.kind as StageKind] as (typeof stageKinds)[StageKind] | undefined
  return kind && { label: t(kind.label), about: t(kind.about) }
}
