import { memo } from 'react'
import { hint } from '../../../parts/hint.ts'
import { endOf, isCurrent, kindOf, shareOf } from '../../../text/stages.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Header.module.css'
import { Phase } from './PhaseLine.tsx'
import { PlanMenu } from './PlanMenu.tsx'

export const StageStepper = memo(function StageStepper() {
  const detail = useDetail()
  // a run of GRPO alone says so elsewhere
  const mixed = detail?.stages.some((stage) => stage.kind !== 'grpo') ?? false
  return (
    <div className={styles.stages}>
      <ol className={styles.stepper} aria-label={t('Stages')}>
        {(detail?.stages ?? [null]).map((stage) => {
          if (!stage || !detail)
            return (
              <li key="waiting" className={styles.stage}>
                <div className={styles.stageText}>&nbsp;</div>
                <div className={styles.bar} />
              </li>
            )
          const current = isCurrent(stage, detail)
          return (
            <li
              key={stage.stage}
              className={styles.stage}
              style={{ flexGrow: Math.sqrt(stage.plannedSteps) }}
              aria-current={current ? 'step' : undefined}
            >
              <div className={styles.stageText}>
                <span>{stage.stage + 1}</span>
                <b {...hint(`${stage.name}: ${endOf(stage, detail)}`, 'bottom')}>{stage.name}</b>
                {mixed && (
                  <span className={styles.kind} {...hint(kindOf(stage)?.about ?? '', 'bottom')}>
                    {kindOf(stage)?.label ?? stage.kind}
                  </span>
                )}
                {stage.endReason && <span aria-hidden="true">{stage.endReason === 'stopped' ? '■' : '✓'}</span>}
                <span className={`${styles.end} ${current && detail.staying ? styles.held : ''}`}>
                  {endOf(stage, detail)}
                </span>
              </div>
              <div className={styles.bar}>
                <i style={{ transform: `scaleX(${shareOf(stage, detail)})` }} />
              </div>
            </li>
          )
        })}
      </ol>
      {!detail?.source && <PlanMenu />}
      <Phase />
    </div>
  )
})
