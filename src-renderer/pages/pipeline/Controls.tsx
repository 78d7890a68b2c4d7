import { Button } from '@mantine/core'
import type { Action } from '../../actions/action.ts'
import { pause } from '../../actions/pause.ts'
import { insertStage, repeatStage } from '../../actions/plan.ts'
import { resumeRun } from '../../actions/resumeRun.ts'
import { nextStage, refreshReference, stayInStage } from '../../actions/stages.ts'
import { hint } from '../../parts/hint.ts'
import { useAction } from '../../parts/useAction.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const controls = [resumeRun, pause, nextStage, stayInStage, repeatStage, insertStage, refreshReference]

/** The ways from one stage to the next that a person has. */
export function Controls() {
  return (
    <div className={styles.controls} role="group" aria-label={t('Stages')}>
      {controls.map((action) => (
        <Control key={action.id} action={action} />
      ))}
    </div>
  )
}

function Control({ action }: { action: Action }) {
  const { name, enabled, tip, run } = useAction(action)
  // a run that ended can be resumed or has no controls; one that goes has nothing to resume
  if (action === resumeRun && !enabled) return null
  return (
    <Button {...hint(tip, 'bottom')} size="compact-sm" variant="default" disabled={!enabled} onClick={run}>
      {name}
    </Button>
  )
}
