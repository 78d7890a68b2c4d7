import { Slider } from '@mantine/core'
import { useState } from 'react'
import { fixed, signed } from '../../format/number.ts'
import { t } from '../../text/t.ts'
import styles from './Diagram.module.css'
import { advantages, clip, clipped, pulls } from './grpo.ts'

const wrong = ['41', '32', '52', '43', '24', '47']

/** One group, from its answers to the update. Answers are made right or wrong by a click, and all that follows from it moves. */
export function Diagram() {
  const [right, setRight] = useState([true, false, false, true, false, false])
  const [looked, setLooked] = useState(0)
  const [ratio, setRatio] = useState(1)
  const rewards = right.map(Number)
  const values = advantages(rewards)
  const alike = values.every((value) => value === 0)
  return (
    <figure className={styles.diagram} aria-label={t('GRPO with one group, to try')}>
      <div className={styles.group}>
        <p className={styles.title}>
          <b>1</b> {t('Group')}
        </p>
        <p className={styles.title}>
          <b>2</b> {t('Reward')}
        </p>
        <p className={`${styles.title} ${styles.last}`}>
          <b>3</b> {t('Advantage')}
        </p>
        <p className={styles.prompt}>
          {t('“17 + 25 =”, answered six times: click an answer to make it right or wrong')}
        </p>
        {right.map((isRight, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an answer is its place in the group
          <div key={i} className={styles.row} data-looked={looked === i}>
            <button
              type="button"
              className={styles.answer}
              aria-pressed={isRight}
              aria-label={t('Answer {{number}} is right', { number: i + 1 })}
              onFocus={() => setLooked(i)}
              onClick={() => {
                setLooked(i)
                setRight(right.map((value, at) => (at === i ? !value : value)))
              }}
            >
              <span aria-hidden="true">{isRight ? '✓' : '✗'}</span> {isRight ? '42' : wrong[i]}
            </button>
            <span className={styles.reward}>{rewards[i]}</span>
            <Bar value={values[i]} />
            <span className={styles.value}>{signed(values[i])}</span>
          </div>
        ))}
        <p className={styles.formula} role="status">
          {alike
            ? t('All are rewarded alike: the group teaches nothing.')
            : t('advantage = (reward − mean of the group) / spread of the group')}
        </p>
      </div>
      <div className={styles.update}>
        <p className={styles.title}>
          <b>4</b> {t('Clipped update with answer {{number}}', { number: looked + 1 })}
        </p>
        <Curve advantage={values[looked]} ratio={ratio} />
        <div className={styles.slider}>
          <span id="ratio-of-the-diagram">{t('ρ: how much likelier the answer has become')}</span>
          <Slider
            aria-labelledby="ratio-of-the-diagram"
            thumbProps={{ 'aria-labelledby': 'ratio-of-the-diagram' }}
            min={0.5}
            max={1.6}
            step={0.01}
            value={ratio}
            label={null}
            size="sm"
            onChange={setRatio}
          />
          <output>{fixed(ratio, 2)}</output>
        </div>
        <p className={styles.formula} role="status">
          {values[looked] === 0
            ? t('No advantage, no pull.')
            : pulls(ratio, values[looked])
              ? values[looked] > 0
                ? t('The answer is made likelier.')
                : t('The answer is made unlikelier.')
              : t('Beyond the clip: this answer pulls no more, so no step goes too far.')}
        </p>
      </div>
    </figure>
  )
}

/** From −2.1 to 2.1, the middle marked. */
function Bar({ value }: { value: number }) {
  const x = 50 + (value / 2.1) * 48
  return (
    <svg className={styles.bar} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <line x1="50" x2="50" y1="0" y2="10" className={styles.axis} />
      <rect
        x={Math.min(50, x)}
        width={Math.abs(x - 50)}
        y="1.5"
        height="7"
        className={value >= 0 ? styles.above : styles.below}
      />
    </svg>
  )
}

const [width, height] = [300, 140]
const xOf = (ratio: number) => ((ratio - 0.5) / 1.1) * width
const yOf = (value: number) => height / 2 - value * 22

function Curve({ advantage, ratio }: { advantage: number; ratio: number }) {
  const points = Array.from({ length: 111 }, (_, i) => 0.5 + i / 100)
  const line = points.map((r) => `${xOf(r).toFixed(1)},${yOf(clipped(r, advantage)).toFixed(1)}`).join(' ')
  const way = advantage >= 0 ? styles.above : styles.below
  return (
    <svg
      className={styles.curve}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t('What the update makes large, over ρ: {{value}} at {{ratio}}', {
        value: signed(clipped(ratio, advantage)),
        ratio: fixed(ratio, 2),
      })}
    >
      <rect
        x={xOf(1 - clip.low)}
        width={xOf(1 + clip.high) - xOf(1 - clip.low)}
        y="0"
        height={height}
        className={styles.within}
      />
      <line x1="0" x2={width} y1={height / 2} y2={height / 2} className={styles.axis} />
      <line x1={xOf(1)} x2={xOf(1)} y1="0" y2={height} className={styles.one} />
      <polyline points={line} fill="none" className={way} />
      <circle cx={xOf(ratio)} cy={yOf(clipped(ratio, advantage))} r="4.5" className={way} />
      <text x={xOf(1 - clip.low) + 4} y={height - 6}>{`1 − ε`}</text>
      <text x={xOf(1) + 4} y={height - 6}>
        1
      </text>
      <text x={xOf(1 + clip.high) + 4} y={height - 6}>{`1 + ε`}</text>
    </svg>
  )
}
