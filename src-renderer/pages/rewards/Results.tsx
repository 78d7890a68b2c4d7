import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { OwnRewardResult, TriedSample } from '../../../src-main/contract/own-reward.ts'
import { plain } from '../../format/number.ts'
import { list, t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import styles from './Page.module.css'

/** What a reward said: what went wrong first, how the values are spread, then each sample. */
export function Results({ result: { samples, problems, milliseconds } }: { result: OwnRewardResult }) {
  const values = samples.flatMap(({ value }) => (value === null ? [] : [value]))
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return (
    <div className={styles.results}>
      {problems.map(({ message, samples: count }) => (
        <p key={message} role="alert" className={styles.problem}>
          {t('No verdict on {{count}} samples: {{message}}', { count, message })}
        </p>
      ))}
      <p className={styles.sum} role="status">
        {t('{{count}} samples in {{milliseconds}} ms', {
          count: samples.length,
          milliseconds: plain(Math.round(milliseconds)),
        })}
        {values.length > 0 &&
          t(', mean {{mean}}, from {{min}} to {{max}}', {
            mean: round(mean),
            min: round(Math.min(...values)),
            max: round(Math.max(...values)),
          })}
      </p>
      {values.length > 0 && <Spread values={values} />}
      <Samples samples={samples} />
    </div>
  )
}

const round = (value: number) => plain(Number(value.toPrecision(3)))
const BARS = 24

/** How many samples lie between which values. */
function Spread({ values }: { values: number[] }) {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const width = (high - low || 1) / BARS
  const bars = Array.from({ length: BARS }, () => 0)
  for (const value of values) bars[Math.min(BARS - 1, Math.floor((value - low) / width))]++
  const most = Math.max(...bars)
  const between = (i: number) =>
    t('{{bars}} from {{low}} to {{low2}}', {
      bars: bars[i],
      low: round(low + i * width),
      low2: round(low + (i + 1) * width),
    })
  return (
    <figure className={styles.spread}>
      <div
        className={styles.bars}
        role="img"
        aria-label={t('Distribution: {{join}}', {
          join: bars
            .map((n, i) => (n ? between(i) : ''))
            .filter(Boolean)
            .join('; '),
        })}
      >
        {bars.map((count, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          <span key={i} title={between(i)} style={{ height: `${(100 * count) / most}%` }} />
        ))}
      </div>
      <figcaption>
        <span>{round(low)}</span>
        <span>{round(high === low ? low + 1 : high)}</span>
      </figcaption>
    </figure>
  )
}

function Samples({ samples }: { samples: TriedSample[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: samples.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 72,
    overscan: 8,
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard
    <div ref={scroller} className={styles.samples} tabIndex={0} role="list" aria-label={t('Samples')}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const { step, group, sample, prompt, text, value, reason, reward, parts } = samples[index]
          return (
            <div
              key={key}
              data-index={index}
              ref={rows.measureElement}
              role="listitem"
              className={styles.sample}
              style={{ transform: `translateY(${start}px)` }}
            >
              <b className={value === null ? styles.noVerdict : undefined}>
                {value === null ? t('none') : round(value)}
              </b>
              <div>
                <p className="mono">
                  <bdi>{glimpse(prompt, 1000)}</bdi> <bdi>{glimpse(text, 4000)}</bdi>
                </p>
                <p className={styles.reason}>
                  {t('step {{step}}, group {{group}}, sample {{sample}}', {
                    step,
                    group: group + 1,
                    sample: sample + 1,
                  })}
                  {reward !== null && t(', was rewarded {{reward}}', { reward: round(reward) })}
                  {reason && `: ${glimpse(reason, 1000)}`}
                  {parts && ` (${list(Object.entries(parts).map(([name, part]) => `${name} ${part}`))})`}
                </p>
              </div>
            </div>
          )
        })}
      </div>
    </div>
  )
}
