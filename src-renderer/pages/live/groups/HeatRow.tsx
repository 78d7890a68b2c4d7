import { memo } from 'react'
import type { GroupSummary } from '../../../../src-main/contract/records.ts'
import { compact, fixed, signed } from '../../../format/number.ts'
import { t } from '../../../text/t.ts'
import { glimpse } from '../../../text/visible.ts'
import styles from './Groups.module.css'
import { bySample } from './order.ts'

interface HeatRowProps {
  group: GroupSummary
  row: number
  top: number
  height: number
  widest: number
  color: (advantage: number) => string
  /** Column of this row that is in the tab order. */
  focused: number | null
}

export const HeatRow = memo(function HeatRow(props: HeatRowProps) {
  const { group, row, top, height, widest, color, focused } = props
  return (
    <div
      className={styles.row}
      role="row"
      tabIndex={-1}
      aria-rowindex={row + 1}
      data-silent={group.zeroSpread}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <div
        className={styles.prompt}
        role="rowheader"
        data-at={`${row}:-1`}
        tabIndex={focused === -1 ? 0 : -1}
        aria-label={t('Group {{group}}: {{prompt}} mean reward {{meanReward}}, spread {{stdReward}}{{zeroSpread}}', {
          group: group.group + 1,
          prompt: glimpse(group.prompt),
          meanReward: fixed(group.meanReward, 2),
          stdReward: fixed(group.stdReward, 2),
          zeroSpread: group.zeroSpread ? t(', no signal') : '',
        })}
        title={glimpse(group.prompt, 1000)}
      >
        <span dir="auto">{glimpse(group.prompt)}</span>
      </div>
      <div
        className={styles.cells}
        role="presentation"
        style={{ gridTemplateColumns: `repeat(${widest}, minmax(0, 1fr))` }}
      >
        {bySample(group).map((sample, column) => {
          const advantage = group.advantages[sample]
          return (
            <div
              key={sample}
              className={styles.cell}
              role="gridcell"
              data-at={`${row}:${column}`}
              tabIndex={focused === column ? 0 : -1}
              aria-label={t('Sample {{sample}}: {{zeroSpread}}, reward {{rewards}}', {
                sample: sample + 1,
                zeroSpread: group.zeroSpread
                  ? t('no signal')
                  : t('advantage {{advantage}}', { advantage: signed(advantage) }),
                rewards: compact(group.rewards[sample]),
              })}
              style={group.zeroSpread ? undefined : { background: color(advantage) }}
            />
          )
        })}
      </div>
      <div className={styles.figures} role="gridcell" tabIndex={-1}>
        {fixed(group.meanReward, 2)} <span>± {fixed(group.stdReward, 2)}</span>
      </div>
    </div>
  )
})
