import { memo } from 'react'
import { gateMeasures } from '../../../../src-main/contract/gates.ts'
import type { RunDetail, StageRecord } from '../../../../src-main/contract/records.ts'
import { gateOf, type StageKind, stageKinds } from '../../../../src-main/contract/stages.ts'
import { plural } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { useDetail } from '../data.ts'
import styles from './Header.module.css'
import { Phase } from './PhaseLine.tsx'
import { PlanMenu } from './PlanMenu.tsx'

const ends = {
  steps: 'as planned',
  gate: 'gate reached',
  steered: 'ended by you',
  stopped: 'stopped',
  skipped: 'skipped',
} as const

/** Steps of this stage that are done. */
function doneIn(stage: StageRecord, detail: RunDetail): number {
  if (stage.firstStep === null) return 0
  return Math.max(0, (stage.lastStep ?? detail.step) - stage.firstStep + 1)
}

/** What else may end it, where it has a gate. */
function gateWords({ stage }: StageRecord, { config }: RunDetail): string | null {
  const gate = gateOf(config.stages[stage])
  if (!gate) return null
  const { metric, above, evaluations, plateau, minutes } = gate
  const conditions = [
    above !== undefined && `${gateMeasures[metric]} ≥ ${above}${evaluations > 1 ? ` ${evaluations} times` : ''}`,
    plateau !== undefined && `no better ${gateMeasures[metric]} in ${plural(plateau, 'evaluation')}`,
    minutes !== undefined && `after ${plural(minutes, 'minute')} of training`,
  ].filter((words) => words !== false)
  return [...conditions.map((words) => `or ${words}`), ...(gate.onReach === 'ask' ? ['then asks'] : [])].join(', ')
}

/** What ended the stage, or what will end it. */
function endOf(stage: StageRecord, detail: RunDetail): string {
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
const kindOf = (stage: StageRecord) => stageKinds[stage.kind as StageKind] as (typeof stageKinds)[StageKind] | undefined

export const StageStepper = memo(function StageStepper() {
  const detail = useDetail()
  // a run of GRPO alone says so elsewhere
  const mixed = detail?.stages.some((stage) => stage.kind !== 'grpo') ?? false
  return (
    <div className={styles.stages}>
      <ol className={styles.stepper} aria-label="Stages">
        {(detail?.stages ?? [null]).map((stage) => {
          if (!stage || !detail)
            return (
              <li key="waiting" className={styles.stage}>
                <div className={styles.stageText}>&nbsp;</div>
                <div className={styles.bar} />
              </li>
            )
          const done = doneIn(stage, detail)
          const share = stage.endReason ? 1 : Math.min(1, done / Math.max(1, stage.plannedSteps))
          const current = stage.stage === detail.stage && stage.endReason === null
          return (
            <li
              key={stage.stage}
              className={styles.stage}
              style={{ flexGrow: Math.sqrt(stage.plannedSteps) }}
              aria-current={current ? 'step' : undefined}
            >
              <div className={styles.stageText}>
                <span>{stage.stage + 1}</span>
                <b>{stage.name}</b>
                {mixed && (
                  <span className={styles.kind} {...hint(kindOf(stage)?.about ?? '', 'bottom')}>
                    {kindOf(stage)?.label ?? stage.kind}
                  </span>
                )}
                {stage.endReason && <span aria-hidden="true">{stage.endReason === 'stopped' ? '■' : '✓'}</span>}
                <span className={current && detail.staying ? styles.held : undefined}>{endOf(stage, detail)}</span>
              </div>
              <div className={styles.bar}>
                <i style={{ transform: `scaleX(${share})` }} />
              </div>
            </li>
          )
        })}
      </ol>
      <PlanMenu />
      <Phase />
    </div>
  )
})
