import { IconX } from '@tabler/icons-react'
import type { Change } from '../../../src-main/contract/estimate.ts'
import { t } from '../../text/t.ts'
import styles from '../LaunchDialog.module.css'

/** What was taken over from the estimate, each to be taken back. */
export function Taken({ taken, onChange }: { taken: Change[]; onChange(taken: Change[]): void }) {
  if (taken.length === 0) return null
  return (
    <ul className={styles.taken} aria-label={t('Taken over from the estimate')}>
      {taken.map((change) => (
        <li key={change.label}>
          {change.label}: <b>{change.to}</b>
          <button
            type="button"
            aria-label={t('Take back {{what}}', { what: change.label })}
            onClick={() => onChange(taken.filter((c) => c !== change))}
          >
            <IconX size="0.75rem" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  )
}
