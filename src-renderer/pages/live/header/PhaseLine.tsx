import { memo } from 'react'
import { useStore } from 'zustand'
import type { PhaseReport } from '../../../../src-main/contract/records.ts'
import { phaseStore } from '../../../stores/live.ts'
import { useConnection, useLive } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import styles from './Header.module.css'

const words: Record<PhaseReport['phase'], string> = {
  evaluate: t('evaluating'),
  rollout: t('sampling'),
  reward: t('scoring'),
  update: t('updating'),
  checkpoint: t('saving'),
  idle: t('waiting'),
}

function usePhase(): PhaseReport | null {
  const phase = useStore(phaseStore, (s) => s.phase)
  const active = useLive((s) => s.detail?.status === 'running' || s.detail?.status === 'starting')
  const { status } = useConnection()
  return active && status === 'connected' && phase && phase.phase !== 'idle' ? phase : null
}

/** What the engine does this moment, in words. */
export const Phase = memo(function Phase() {
  const phase = usePhase()
  return (
    <div className={styles.phase}>
      {phase && (
        <>
          <b>{words[phase.phase]}</b>{' '}
          {phase.phase === 'evaluate'
            ? t('after step {{step}}', { step: phase.step })
            : t('step {{step}}', { step: phase.step })}{' '}
          · {Math.round(phase.fraction * 100)} %
        </>
      )}
    </div>
  )
})

/** The same as a fine line along the header's lower edge. */
export const PhaseLine = memo(function PhaseLine() {
  const phase = usePhase()
  return (
    <div className={styles.phaseLine} aria-hidden="true">
      <i style={{ transform: `scaleX(${phase?.fraction ?? 0})` }} />
    </div>
  )
})
