import { Button } from '@mantine/core'
import {
  IconAnchor,
  IconDeviceFloppy,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconPlayerStop,
  IconPlayerTrackNext,
  IconRefresh,
} from '@tabler/icons-react'
import { memo, type ReactNode } from 'react'
import type { Action } from '../../../actions/action.ts'
import { oneStep } from '../../../actions/oneStep.ts'
import { pause } from '../../../actions/pause.ts'
import { saveCheckpoint } from '../../../actions/saveCheckpoint.ts'
import { nextStage, refreshReference, stayInStage } from '../../../actions/stages.ts'
import { stop } from '../../../actions/stop.ts'
import { hint } from '../../../parts/hint.ts'
import { useAction } from '../../../parts/useAction.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Steer.module.css'

const icon = { size: '0.9375rem', stroke: 1.8, 'aria-hidden': true } as const

export const RunControls = memo(function RunControls() {
  const detail = useDetail()
  const paused = detail?.status === 'paused'
  return (
    <div className={styles.controls} role="group" aria-label={t('Run')}>
      <Control action={pause} main icon={paused ? <IconPlayerPlay {...icon} /> : <IconPlayerPause {...icon} />} />
      <Control action={oneStep} icon={<IconPlayerSkipForward {...icon} />} />
      <Control action={stop} icon={<IconPlayerStop {...icon} />} />
      {detail?.source ? (
        <Control action={saveCheckpoint} short={t('Save')} icon={<IconDeviceFloppy {...icon} />} />
      ) : (
        <Stages staying={detail?.staying ?? false} />
      )}
    </div>
  )
})

function Stages({ staying }: { staying: boolean }) {
  return (
    <>
      <Control action={nextStage} short={t('Next stage')} icon={<IconPlayerTrackNext {...icon} />} />
      <Control action={stayInStage} short={staying ? t('Staying') : t('Stay')} icon={<IconAnchor {...icon} />} />
      <Control action={refreshReference} short={t('Reference')} icon={<IconRefresh {...icon} />} />
    </>
  )
}

function Control({ action, icon, short, main }: { action: Action; icon: ReactNode; short?: string; main?: boolean }) {
  const { name, enabled, tip, run } = useAction(action)
  return (
    <Button
      {...hint(tip, 'bottom')}
      size="compact-sm"
      variant={main ? 'filled' : 'default'}
      leftSection={icon}
      disabled={!enabled}
      onClick={run}
      aria-label={name.replace('…', '')}
      classNames={{ root: styles.control, section: styles.controlIcon }}
    >
      {short ?? name.replace('…', '')}
    </Button>
  )
}
