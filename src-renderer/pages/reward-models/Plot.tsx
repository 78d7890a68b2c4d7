import { type ReactNode, useRef } from 'react'
import { useRem } from '../../parts/useLook.ts'
import { useSize } from '../../parts/useSize.ts'
import styles from './Plots.module.css'
import { roundTicks, type Scale, scaleOf } from './scale.ts'

interface Props {
  /** What is drawn, in words; the figures stand beside it. */
  label: string
  x: readonly [number, number]
  y: readonly [number, number]
  xTitle: string
  yTitle: string
  xText: (value: number) => string
  yText: (value: number) => string
  /** What is drawn between the axes. */
  children: (x: Scale, y: Scale) => ReactNode
}

/** A frame with two linear axes. */
export function Plot({ label, x, y, xTitle, yTitle, xText, yText, children }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box)
  const rem = useRem()
  const [left, right, top, bottom] = [3.75 * rem, 1.5 * rem, 0.6 * rem, 2.5 * rem]
  const across = scaleOf(x, [left, width - right])
  const up = scaleOf(y, [height - bottom, top])
  return (
    <div ref={box} className={styles.plot}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={label}>
          {roundTicks(up.from, up.to, 4).map((tick) => (
            <g key={tick} className={styles.tick}>
              <line x1={left} x2={width - right} y1={up.at(tick)} y2={up.at(tick)} />
              <text x={left - 0.4 * rem} y={up.at(tick)} textAnchor="end" dominantBaseline="central">
                {yText(tick)}
              </text>
            </g>
          ))}
          {roundTicks(across.from, across.to, Math.max(2, Math.floor(width / (5 * rem)))).map((tick) => (
            <g key={tick} className={styles.tick}>
              <text x={across.at(tick)} y={height - bottom + 1.05 * rem} textAnchor="middle">
                {xText(tick)}
              </text>
            </g>
          ))}
          <line className={styles.axis} x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} />
          {children(across, up)}
          <text className={styles.axisTitle} x={(left + width - right) / 2} y={height - 0.35 * rem} textAnchor="middle">
            {xTitle}
          </text>
          <text
            className={styles.axisTitle}
            transform={`translate(${0.7 * rem}, ${(top + height - bottom) / 2}) rotate(-90)`}
            textAnchor="middle"
          >
            {yTitle}
          </text>
        </svg>
      )}
    </div>
  )
}
