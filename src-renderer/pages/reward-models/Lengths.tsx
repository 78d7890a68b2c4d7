import { Trans } from 'react-i18next'
import type { RewardModelNote } from '../../../src-main/contract/reward-models.ts'
import { compact, fixed } from '../../format/number.ts'
import { t } from '../../text/t.ts'
import { Plot } from './Plot.tsx'
import styles from './Plots.module.css'
import { rangeOf } from './scale.ts'

/** Pixels that the two sorts of points stand left and right of their length. */
const APART = 3.5

const two = (value: number) => fixed(value, 2)

/** Scores of held-out texts by their length, the better ones apart from the others. */
export function Lengths({ model }: { model: Pick<RewardModelNote, 'kind' | 'report' | 'scores'> }) {
  const { kind, report, scores } = model
  const { correlation } = report.length
  const [better, worse] = kind === 'helpfulness' ? [t('preferred'), t('rejected')] : [t('safe'), t('unsafe')]
  const texts = report.points
  const [, longest] = rangeOf(texts.map((point) => point.tokens))
  return (
    <figure className={styles.figure}>
      <figcaption>
        <h3>{t('Score and length')}</h3>
        <p>
          <Trans
            i18nKey="Correlation <b>{{value}}</b> ({{low}} to {{high}}). Dashed: the range of its training texts, {{from}} to {{to}}."
            values={{
              ...{ value: two(correlation.value), low: two(correlation.low), high: two(correlation.high) },
              ...{ from: compact(scores.low), to: compact(scores.high) },
            }}
            components={{ b: <b /> }}
          />
        </p>
      </figcaption>
      <Plot
        label={t('Score by length of {{texts}} held-out texts; correlation {{value}}.', {
          texts: texts.length,
          value: two(correlation.value),
        })}
        x={[0, longest]}
        y={rangeOf([...texts.map((point) => point.score), scores.low, scores.high])}
        xTitle={t('tokens')}
        yTitle={t('score')}
        xText={compact}
        yText={compact}
      >
        {(x, y) => (
          <>
            {[scores.low, scores.high].map((edge) => (
              <line
                key={edge}
                className={styles.ideal}
                x1={x.at(x.from)}
                x2={x.at(x.to)}
                y1={y.at(edge)}
                y2={y.at(edge)}
              />
            ))}
            {texts.map(({ tokens, score, good }, i) =>
              good ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: points have no name, and never change their order
                <circle key={i} className={styles.good} cx={x.at(tokens) - APART} cy={y.at(score)} r={2.75} />
              ) : (
                <path
                  // biome-ignore lint/suspicious/noArrayIndexKey: points have no name, and never change their order
                  key={i}
                  className={styles.bad}
                  d={`M${x.at(tokens) + APART - 2.6} ${y.at(score) - 2.6}l5.2 5.2m0 -5.2l-5.2 5.2`}
                />
              ),
            )}
          </>
        )}
      </Plot>
      <ul className={styles.legend} aria-hidden="true">
        <li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <circle className={styles.good} cx="5" cy="5" r="3" />
          </svg>
          {better}
        </li>
        <li>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path className={styles.bad} d="M2.4 2.4l5.2 5.2m0 -5.2l-5.2 5.2" />
          </svg>
          {worse}
        </li>
      </ul>
    </figure>
  )
}
