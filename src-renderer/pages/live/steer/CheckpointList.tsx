import { Button } from '@mantine/core'
import { memo } from 'react'
import { askBranch } from '../../../actions/branch.ts'
import { showStep } from '../../../actions/groups.ts'
import { bytes } from '../../../format/number.ts'
import { moment } from '../../../format/time.ts'
import { hint } from '../../../parts/hint.ts'
import { useLive } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Story.module.css'

/** Where the run can be gone on from in another way, newest first. */
export const CheckpointList = memo(function CheckpointList() {
  const checkpoints = useLive((s) => s.checkpoints)
  const detail = useDetail()
  if (checkpoints.length === 0 || !detail)
    return (
      <p className={styles.none}>
        {detail?.source
          ? t('No checkpoint was reported yet. They lie with its trainer.')
          : t('No checkpoint yet. A run can be forked or rolled back from each.')}
      </p>
    )
  const { id: runId, step: last, status, source } = detail
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div className={styles.scroller} tabIndex={0}>
      <ol aria-label={t('Checkpoints')}>
        {[...checkpoints].reverse().map(({ step, at, folder, bytes: size }) => (
          <li key={step} className={styles.checkpoint}>
            <button
              type="button"
              className={styles.when}
              onClick={() => showStep(step)}
              {...hint(`${moment(at)}, ${size === null ? t('size not delivered') : bytes(size)}`)}
            >
              {t('after step {{step}}', { step })}
            </button>
            {source && (
              <bdi className={styles.path} title={folder}>
                {folder}
              </bdi>
            )}
            {!source && (
              <Button
                className={styles.way}
                size="compact-xs"
                variant="default"
                aria-label={t('Fork from step {{step}}', { step })}
                onClick={() => askBranch({ kind: 'fork', runId, step })}
              >
                {t('Fork…')}
              </Button>
            )}
            {!source && step < last && status !== 'abandoned' && (
              <Button
                className={styles.way}
                size="compact-xs"
                variant="default"
                aria-label={t('Roll back to step {{step}}', { step })}
                onClick={() => askBranch({ kind: 'roll-back', runId, step })}
              >
                {t('Roll back…')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </div>
  )
})
