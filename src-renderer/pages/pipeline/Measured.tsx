import type { StageRecord } from '../../../src-main/contract/records.ts'
import { compact, percent } from '../../format/number.ts'
import { hint } from '../../parts/hint.ts'
import { t } from '../../text/t.ts'
import { beforeAndAfter, type Course } from './facts.ts'
import styles from './Page.module.css'

const measures = [
  { label: () => t('accuracy'), value: (e: Measures) => e.accuracy, words: percent },
  { label: () => t('format rate'), value: (e: Measures) => e.formatRate, words: percent },
  { label: () => t('length'), value: (e: Measures) => e.meanLength, words: compact },
] as const

interface Measures {
  accuracy: number
  formatRate: number
  meanLength: number
}

/** What the policy was on held-out prompts before the stage and is after it. */
export function Measured({ stage, course }: { stage: StageRecord; course: Course }) {
  const { before, after } = beforeAndAfter(stage, course)
  if (!before && !after) return null
  return (
    <div>
      <dt>{t('held-out')}</dt>
      {measures.map(({ label, value, words }) => (
        <dd key={label()} className={styles.measure}>
          <span>{label()}</span>
          <span className={styles.was}>{before && words(value(before))}</span>
          <span aria-hidden="true">{before && after ? '→' : ''}</span>
          <b
            {...(after
              ? hint(t('after step {{step}}, {{count}} prompts', { step: after.step, count: after.prompts }))
              : {})}
          >
            {after ? words(value(after)) : ''}
          </b>
        </dd>
      ))}
    </div>
  )
}
