import { memo } from 'react'
import type { Knob } from '../../../../src-main/contract/knobs.ts'
import { plain } from '../../../format/number.ts'
import { list, t } from '../../../text/t.ts'
import { useNewestStep } from '../data.ts'
import styles from './Knob.module.css'
import { positionOf } from './scale.ts'

/** A knob's past as a small stepped line, from the first step to now. */
export const Sparkline = memo(function Sparkline(props: { knob: Knob; points: { step: number; value: number }[] }) {
  const { knob, points } = props
  const newest = useNewestStep()
  const width = 100
  const height = 20
  const end = Math.max(newest, points.at(-1)?.step ?? 1, 2)
  const heights = points.map((p) => positionOf(knob, p.value))
  const [low, high] = [Math.min(...heights), Math.max(...heights)]
  const x = (step: number) => ((step - 1) / (end - 1)) * width
  const y = (i: number) => (high === low ? height / 2 : height - 3 - ((heights[i] - low) / (high - low)) * (height - 6))
  if (points.length === 0) return <svg className={styles.spark} aria-hidden="true" />
  const path = points.map((p, i) => `${i === 0 ? 'M' : 'H'}${x(p.step)}${i === 0 ? ` ${y(i)}` : `V${y(i)}`}`).join('')
  const told = list(points.map((p) => t('{{value}} from step {{step}}', { value: plain(p.value), step: p.step })))
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={t('History: {{told}}', { told })}
    >
      <path d={`${path}H${width}`} vectorEffect="non-scaling-stroke" data-still={points.length < 2} />
    </svg>
  )
})
