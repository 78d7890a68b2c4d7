import { memo } from 'react'
import type { RunDetail, StageRecord } from '../../../../src-main/contract/records.ts'
import { plural } from '../../../format/number.ts'
import { useDetail } from '../data.ts'
import styles from './Header.module.css'
import { Phase } from './PhaseLine.tsx'

const ends = { steps: 'as planned', steered: 'ended by you', stopped: 'stopped' } as const

/** Steps of this stage that are done. */
function doneIn(stage: StageRecord, detail: RunDetail): number {
  if (stage.firstStep === null) return 0
  return Math.max(0, (stage.lastStep ?? detail.step) - stage.firstStep + 1)
}

/** What ended the stage, or what will end it. */
function endOf(stage: StageRecord, detail: RunDetail): string {
  if (stage.endReason) return `${plural(doneIn(stage, detail), 'step')}, ${ends[stage.endReason]}`
  if (stage.stage === detail.stage && stage.firstStep !== null) {
    const done = doneIn(stage, detail)
    return detail.staying
      ? `step ${done}, staying until you say next`
      : `${done} of ${stage.plannedSteps}, ends after step ${stage.firstStep + stage.plannedSteps - 1}`
  }
  return plural(stage.plannedSteps, 'step')
}

export const StageStepper = memo(function StageStepper() {
  const detail = useDetail()
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
      <Phase />
    </div>
  )
})
