import { Trans } from 'react-i18next'
import type { RewardModelKind, RewardModelReport } from '../../../src-main/contract/reward-models.ts'
import { fixed, percent } from '../../format/number.ts'
import { hint } from '../../parts/hint.ts'
import { t } from '../../text/t.ts'
import { Plot } from './Plot.tsx'
import styles from './Plots.module.css'

const whole = (value: number) => percent(value, 0)

/** How often it is right where it says how sure it is, and how many items each point is of. */
export function Calibration({ kind, report }: { kind: RewardModelKind; report: RewardModelReport }) {
  const { error, bins } = report.calibration
  const pairs = kind === 'helpfulness'
  const from = bins[0].from
  const most = Math.max(...bins.map((bin) => bin.count))
  const used = bins.filter((bin) => bin.count > 0)
  const lowest = Math.min(from, ...used.map((bin) => bin.share))
  return (
    <figure className={styles.figure}>
      <figcaption>
        <h3>{t('Calibration')}</h3>
        <p>
          {pairs
            ? t('Of the pairs about which it is so sure, the share that it orders rightly.')
            : t('Of the outputs that it gives such a probability, the share that is safe.')}{' '}
          <Trans
            i18nKey="On the dashed line it is as often right as it says. Mean distance <b>{{distance}}</b>."
            values={{ distance: fixed(error, 3) }}
            components={{ b: <b /> }}
          />
        </p>
      </figcaption>
      <Plot
        label={t('Reliability diagram: {{join}}.', {
          join: used
            .map((bin) => `${whole(bin.predicted)} foretold, ${whole(bin.share)} of ${bin.count} right`)
            .join('; '),
        })}
        x={[from, 1]}
        y={[lowest < from ? 0 : from, 1]}
        xTitle={pairs ? t('how sure it is') : t('probability of safe')}
        yTitle={pairs ? t('right') : t('safe')}
        xText={whole}
        yText={whole}
      >
        {(x, y) => (
          <>
            <line className={styles.ideal} x1={x.at(from)} y1={y.at(from)} x2={x.at(1)} y2={y.at(1)} />
            <polyline
              className={styles.curve}
              points={used.map((b) => `${x.at(b.predicted)},${y.at(b.share)}`).join(' ')}
            />
            {used.map((bin) => (
              <circle
                key={bin.from}
                {...hint(
                  t('{{count}} {{pairs}}: {{predicted}} foretold, {{share}} {{pairs2}}', {
                    count: bin.count,
                    pairs: pairs ? t('pairs') : t('outputs'),
                    predicted: whole(bin.predicted),
                    share: percent(bin.share),
                    pairs2: pairs ? t('right') : t('safe'),
                  }),
                )}
                className={styles.bin}
                cx={x.at(bin.predicted)}
                cy={y.at(bin.share)}
                r={2.5 + 5 * Math.sqrt(bin.count / most)}
              />
            ))}
          </>
        )}
      </Plot>
      <ol className={styles.counts} aria-label={t('How many items each part of the scale has')}>
        {bins.map((bin) => (
          <li
            key={bin.from}
            {...hint(
              t('{{from}} to {{to}}: {{count}}', { from: whole(bin.from), to: whole(bin.to), count: bin.count }),
              'bottom',
            )}
          >
            <i style={{ height: `${(100 * bin.count) / most}%` }} />
            <span>{bin.count}</span>
          </li>
        ))}
      </ol>
    </figure>
  )
}
