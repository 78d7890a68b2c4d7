import { Progress as Bar, Button } from '@mantine/core'
import type { RewardModelList } from '../../../src-main/contract/reward-model-work.ts'
import { type Point, smoothed, thinned } from '../../charts/series.ts'
import { compact, fixed, percent } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { Problem } from '../../parts/Problem.tsx'
import { cancelTraining } from '../../stores/reward-models.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { Plot } from './Plot.tsx'
import plots from './Plots.module.css'

type Training = NonNullable<RewardModelList['training']>

const most = 600

/** How far the training is, with its loss while it falls; and how it ended. */
export function Progress({ training }: { training: Training }) {
  const { name, status, step, steps, error, points } = training
  const newest = points.at(-1)
  if (status === 'failed' && error)
    return (
      <Problem explanation={error} title={t('{{name}} could not be trained', { name })}>
        {points.length > 1 && <Loss points={points} steps={steps} />}
      </Problem>
    )
  return (
    <section className={styles.progress} aria-label={t('Training of {{name}}', { name })}>
      <div className={styles.line}>
        <b>{name}</b>
        <span aria-live="polite">{words(training)}</span>
        {status === 'running' && (
          <Button size="xs" variant="default" onClick={() => void cancelTraining()}>
            {t('Cancel')}
          </Button>
        )}
        {status === 'done' && (
          <Button size="xs" variant="default" onClick={() => go({ page: 'reward-models', names: [name] })}>
            {t('Open it')}
          </Button>
        )}
      </div>
      {status === 'running' && (
        <Bar
          value={steps ? (100 * step) / steps : 0}
          transitionDuration={0}
          size="sm"
          aria-label={t('Training of {{name}}', { name })}
        />
      )}
      {newest && (
        <>
          <Loss points={points} steps={steps} />
          <p className={styles.quiet}>
            {t('Step {{step}}: loss {{loss}} (a coin has 0.693), {{accuracy}} of the batch on the right side.', {
              step: newest.step,
              loss: fixed(newest.loss, 3),
              accuracy: percent(newest.accuracy, 0),
            })}
          </p>
        </>
      )}
    </section>
  )
}

function words({ status, phase, step, steps, etaSeconds, data, model }: Training): string {
  if (status === 'done') return t('is trained')
  if (status === 'cancelled') return t('was cancelled; nothing of it was kept')
  if (phase === 'reading')
    return t('reading {{at}} and {{at2}}…', { at: data.split('/').at(-1), at2: model.split('/').at(-1) })
  if (phase === 'measuring') return t('measuring it on what was held out…')
  return t('step {{step}} of {{steps}}{{etaSeconds}}', {
    step,
    steps,
    etaSeconds: etaSeconds === null ? '' : t(', {{etaSeconds}} left', { etaSeconds: span(etaSeconds) }),
  })
}

function Loss({ points, steps }: { points: Training['points']; steps: number }) {
  const raw = points.map(({ step, loss }): Point => [step, loss])
  const highest = raw.reduce((high, [, loss]) => Math.max(high, loss), 0.75)
  return (
    <div className={styles.loss}>
      <Plot
        label={t('Loss by step; {{at}} at step {{at2}}.', { at: fixed(raw.at(-1)![1], 3), at2: raw.at(-1)![0] })}
        x={[0, Math.max(steps, 2)]}
        y={[0, highest]}
        xTitle={t('step')}
        yTitle={t('loss')}
        xText={compact}
        yText={compact}
      >
        {(x, y) => {
          const path = (list: Point[]) =>
            thinned(list, most)
              .map(([s, l]) => `${x.at(s)},${y.at(l)}`)
              .join(' ')
          return (
            <>
              <line className={plots.ideal} x1={x.at(x.from)} x2={x.at(x.to)} y1={y.at(Math.LN2)} y2={y.at(Math.LN2)} />
              <polyline className={plots.raw} points={path(raw)} />
              <polyline className={plots.smooth} points={path(smoothed(raw))} />
            </>
          )
        }}
      </Plot>
    </div>
  )
}
