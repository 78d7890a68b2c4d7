import { ActionIcon } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { type CSSProperties, memo } from 'react'
import { earlier, follow, later, showStep } from '../../../actions/groups.ts'
import { useAction } from '../../../parts/useAction.ts'
import { useRoute } from '../../../stores/use.ts'
import { useNewestStep } from '../data.ts'
import styles from './Groups.module.css'

/** Which step's groups are shown: the newest, as they come, or an earlier one. */
export const Scrubber = memo(function Scrubber({ step }: { step: number }) {
  const newest = useNewestStep()
  const following = useRoute((r) => r.page === 'live' && r.step === null)
  const { run } = useAction(follow)
  const none = newest === 0
  return (
    <div className={styles.scrubber}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label="Earlier step"
        disabled={step <= 1}
        onClick={() => void earlier.run()}
      >
        <IconChevronLeft size="1rem" aria-hidden="true" />
      </ActionIcon>
      <input
        type="range"
        className={styles.range}
        aria-label="Step shown"
        aria-valuetext={`step ${step}${following ? ', the newest' : ''}`}
        min={1}
        max={Math.max(1, newest)}
        value={Math.max(1, step)}
        disabled={none}
        onChange={(event) => showStep(Number(event.currentTarget.value))}
        style={{ '--share': newest > 1 ? (step - 1) / (newest - 1) : 1 } as CSSProperties}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label="Later step"
        disabled={step >= newest}
        onClick={() => void later.run()}
      >
        <IconChevronRight size="1rem" aria-hidden="true" />
      </ActionIcon>
      <span className={styles.step}>
        step <b>{step}</b>
      </span>
      <button type="button" className={styles.follow} aria-pressed={following} disabled={none} onClick={run}>
        newest
      </button>
    </div>
  )
})
