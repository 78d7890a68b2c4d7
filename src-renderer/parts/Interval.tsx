import { percent } from '../format/number.ts'
import { t } from '../text/t.ts'
import { hint } from './hint.ts'
import styles from './Interval.module.css'

interface IntervalProps {
  value: number
  low: number
  high: number
  /** How many it is of, where that is one number. */
  prompts?: number
  color: string
}

/** A share and its 95 % interval, on a scale from 0 to 100 % that is the same for all. */
export function Interval({ value, low, high, prompts, color }: IntervalProps) {
  const of = prompts === undefined ? '' : t(', of {{prompts}} prompts', { prompts })
  return (
    <span
      className={styles.interval}
      {...hint(t('{{low}} to {{high}}{{of}}', { low: percent(low), high: percent(high), of }))}
    >
      <b>{percent(value)}</b>
      <span className={styles.scale} aria-hidden="true">
        <i style={{ left: `${100 * low}%`, width: `${100 * (high - low)}%`, background: color }} />
        <i className={styles.dot} style={{ left: `${100 * value}%`, background: color }} />
      </span>
      <span className={styles.bounds}>
        {Math.round(100 * low)}–{Math.round(100 * high)}
      </span>
    </span>
  )
}
