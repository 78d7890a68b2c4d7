import { ActionIcon } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { type CSSProperties, memo } from 'react'
import { t } from '../../../text/t.ts'
import styles from './Groups.module.css'

interface ScrubberProps {
  step: number
  /** 0 while there is none. */
  newest: number
  /** The newest is shown, whichever it is. */
  following: boolean
  onStep(step: number): void
  onFollow(): void
}

/** Which step's groups are shown: the newest, as they come, or an earlier one. */
export const Scrubber = memo(function Scrubber({ step, newest, following, onStep, onFollow }: ScrubberProps) {
  const none = newest === 0
  return (
    <div className={styles.scrubber}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t('Earlier step')}
        disabled={step <= 1}
        onClick={() => onStep(step - 1)}
      >
        <IconChevronLeft size="1rem" aria-hidden="true" />
      </ActionIcon>
      <input
        type="range"
        className={styles.range}
        aria-label={t('Step shown')}
        aria-valuetext={following ? t('step {{step}}, the newest', { step }) : t('step {{step}}', { step })}
        min={1}
        max={Math.max(1, newest)}
        value={Math.max(1, step)}
        disabled={none}
        onChange={(event) => onStep(Number(event.currentTarget.value))}
        style={{ '--share': newest > 1 ? (step - 1) / (newest - 1) : 1 } as CSSProperties}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t('Later step')}
        disabled={step >= newest}
        onClick={() => onStep(step + 1)}
      >
        <IconChevronRight size="1rem" aria-hidden="true" />
      </ActionIcon>
      <span className={styles.step}>
        {t('step')} <b>{step}</b>
      </span>
      <button type="button" className={styles.follow} aria-pressed={following} disabled={none} onClick={onFollow}>
        {t('newest')}
      </button>
    </div>
  )
})
