import type { CSSProperties } from 'react'
import { compact, percent } from '../../format/number.ts'
import type { Figures } from '../../stores/group-figures.ts'
import type { GroupColour } from '../../stores/group-list.ts'
import { t } from '../../text/t.ts'
import { useHeatColours } from './data.ts'
import styles from './Page.module.css'

/** What the colours of the cells mean, and the hatches of groups that teach nothing. */
export function Legend({ figures, by }: { figures: Figures; by: GroupColour }) {
  const { colour, low, high, hatch } = useHeatColours(figures, by)
  const stops = Array.from({ length: 9 }, (_, i) => colour(low + (i / 8) * (high - low))).join(', ')
  const shown = by === 'solved' ? (value: number) => percent(value, 0) : compact
  const names = { right: t('all right'), wrong: t('all wrong'), alike: t('all alike') }
  return (
    <span className={styles.legend}>
      <span>{shown(low)}</span>
      <i className={styles.scale} style={{ background: `linear-gradient(90deg, ${stops})` }} aria-hidden="true" />
      <span>{shown(high)}</span>
      {(['right', 'wrong', 'alike'] as const).map((why) => (
        <span key={why} className={styles.why}>
          <i className={styles.hatch} style={{ '--hatch-ink': hatch[why] } as CSSProperties} aria-hidden="true" />
          {names[why]}
        </span>
      ))}
    </span>
  )
}
