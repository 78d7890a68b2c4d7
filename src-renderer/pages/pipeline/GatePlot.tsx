import { compact, percent } from '../../format/number.ts'
import { list, t } from '../../text/t.ts'
import type { GateProgress } from './facts.ts'
import styles from './Page.module.css'

const width = 200
const height = 44
const margin = 4

/** What the gate waits for, evaluation by evaluation, and how far it is. */
export function GatePlot({ progress }: { progress: GateProgress }) {
  const { label, above, points } = progress
  const values = [...points.map(({ value }) => value), ...(above === null ? [] : [above])]
  const low = Math.min(0, ...values)
  const high = Math.max(...values, low + 1e-9)
  const steps = points.map(({ step }) => step)
  const [first, last] = [steps[0] ?? 0, steps.at(-1) ?? 1]
  const x = (step: number) =>
    last === first ? width / 2 : margin + ((step - first) / (last - first)) * (width - 2 * margin)
  const y = (value: number) => height - margin - ((value - low) / (high - low)) * (height - 2 * margin)
  const share = values.every((value) => value >= 0 && value <= 1)
  const words = share ? percent : compact
  const newest = points.at(-1)?.value ?? null
  const told = list(points.map(({ step, value }) => `${words(value)} (${step})`))
  return (
    <figure className={styles.gate}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t('{{measure}} by evaluation: {{values}}', { measure: label, values: told || '–' })}
      >
        {above !== null && (
          <line
            x1="0"
            x2={width}
            y1={y(above)}
            y2={y(above)}
            className={styles.threshold}
            vectorEffect="non-scaling-stroke"
          />
        )}
        <polyline
          points={points.map(({ step, value }) => `${x(step)},${y(value)}`).join(' ')}
          className={styles.measured}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
      <figcaption>
        {newest === null ? t('not measured yet') : <b>{words(newest)}</b>}
        {above !== null && t(' of {{wanted}}', { wanted: words(above) })}
      </figcaption>
    </figure>
  )
}
