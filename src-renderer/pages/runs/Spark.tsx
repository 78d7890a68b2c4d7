import { memo } from 'react'
import { compact } from '../../format/number.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const width = 96
const height = 24

/** A run's reward over its steps; gaps where a stage has none. */
export const Spark = memo(function Spark({ line }: { line: (number | null)[] }) {
  const known = line.filter((value) => value !== null)
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const x = (i: number) => (line.length > 1 ? (i / (line.length - 1)) * width : width / 2)
  const y = (value: number) => (high === low ? height / 2 : height - 2 - ((value - low) / (high - low)) * (height - 4))
  let path = ''
  let pen = 'M'
  for (const [i, value] of line.entries()) {
    if (value === null) pen = 'M'
    else {
      path += `${pen}${x(i).toFixed(1)} ${y(value).toFixed(1)}`
      pen = 'L'
    }
  }
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('Reward from {{known}} to {{at}}', { known: compact(known[0]), at: compact(known.at(-1)) })}
    >
      <path d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  )
})
