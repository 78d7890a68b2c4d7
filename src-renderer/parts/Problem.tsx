import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Explanation } from '../transport/explain.ts'
import styles from './Problem.module.css'

/** What went wrong, and the way out. */
export function Problem(props: { explanation: Explanation; title?: string; children?: ReactNode }) {
  const { explanation, title, children } = props
  return (
    <div className={styles.problem} role="alert">
      <IconAlertTriangle size="1.25rem" stroke={1.7} aria-hidden="true" />
      <div>
        {title && <h2>{title}</h2>}
        <p>{explanation.message}</p>
        {explanation.hint && <p className={styles.hint}>{explanation.hint}</p>}
        {children}
      </div>
    </div>
  )
}
