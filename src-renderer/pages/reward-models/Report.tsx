import { Button } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { RewardModelEntry } from '../../../src-main/contract/reward-model-work.ts'
import { doubtsOf, type Estimate } from '../../../src-main/contract/reward-models.ts'
import { launchJudgedBy } from '../../actions/launch.ts'
import { bytes, compact, fixed, percent } from '../../format/number.ts'
import { moment, span } from '../../format/time.ts'
import { hint } from '../../parts/hint.ts'
import { removeRewardModel } from '../../stores/reward-models.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import { Calibration } from './Calibration.tsx'
import { Lengths } from './Lengths.tsx'
import styles from './Page.module.css'
import { Try } from './Try.tsx'

/** One reward model: what it was measured at, what speaks against it, and what it says of a text. */
export function Report({ model }: { model: RewardModelEntry }) {
  const { name, kind, base, at, data, report, steps, seconds } = model
  return (
    <article className={styles.report} aria-label={name}>
      <header className={styles.title}>
        <div>
          <h2>{name}</h2>
          <p>
            {t('{{kind}}, from {{model}}, trained {{moment}} on {{items}} of {{file}}: {{count}} steps in {{time}}', {
              kind: t(kind),
              model: model.training.lora ? t('{{model}} with LoRA', { model: base.model }) : base.model,
              moment: moment(at),
              items:
                kind === 'helpfulness'
                  ? t('{{count}} pairs', { count: data.trained })
                  : t('{{count}} outputs', { count: data.trained }),
              file: data.file,
              count: steps,
              time: span(seconds),
            })}
          </p>
        </div>
        <Button onClick={() => launchJudgedBy(name)}>{t('Use in a new run…')}</Button>
        <Remove model={model} />
      </header>
      <Doubts model={model} />
      <dl className={styles.figures}>
        <Figure
          term={t('right')}
          about={t('Share of {{items}} held-out {{kind}}, with its 95 % interval.', {
            items: report.items,
            kind: kind === 'helpfulness' ? t('pairs that it orders rightly') : t('outputs on the right side of ½'),
          })}
          value={report.accuracy}
        />
        {kind === 'safety' && (
          <Figure
            term={t('safe above unsafe')}
            about={t('How often a safe output gets more than an unsafe one: the area under the ROC curve.')}
            value={report.ranking}
          />
        )}
        <Figure
          term={t('without length')}
          about={t(
            'Mean of the share right where the shorter answer is the better and where the longer one is: what measures nothing but length gets 50 %.',
          )}
          value={report.length.withoutLength}
        />
        <div {...hint(t('Mean −log of the probability given to what is right; a coin has 0.693.'))}>
          <dt>{t('loss')}</dt>
          <dd>
            {fixed(report.loss, 3)} <span>{t('a coin 0.693')}</span>
          </dd>
        </div>
        <div {...hint(t('What the rule “the longer, the better” gets right of the same items.'))}>
          <dt>{t('“the longer, the better”')}</dt>
          <dd>{percent(report.length.longerWins)}</dd>
        </div>
      </dl>
      <div className={styles.plots}>
        <Calibration kind={kind} report={report} />
        <Lengths model={model} />
      </div>
      <Try key={name} model={model} />
      <Facts model={model} />
    </article>
  )
}

const interval = ({ low, high }: Estimate) => t('{{low}} to {{high}}', { low: percent(low), high: percent(high) })

function Figure({ term, about, value }: { term: string; about: string; value: Estimate | null }) {
  return (
    <div {...hint(about)}>
      <dt>{term}</dt>
      <dd>
        {value ? percent(value.value) : '–'} {value && <span>{interval(value)}</span>}
      </dd>
    </div>
  )
}

function Doubts({ model }: { model: RewardModelEntry }) {
  const doubts = doubtsOf(model)
  if (doubts.length === 0)
    return (
      <p className={styles.fine}>
        <IconCircleCheck size="1rem" stroke={1.7} aria-hidden="true" />
        {t('Better than chance, and not by length alone.')}
      </p>
    )
  return (
    <div className={styles.doubts} role="note" aria-label={t('Doubts')}>
      <IconAlertTriangle size="1.125rem" stroke={1.7} aria-hidden="true" />
      <div>
        {doubts.map(({ kind, message }) => (
          <p key={kind}>{message}</p>
        ))}
        <p>{t('A run asks before it is judged by this model, and its record says that you said yes.')}</p>
      </div>
    </div>
  )
}

function Remove({ model: { name, bytes: size } }: { model: RewardModelEntry }) {
  const [sure, setSure] = useState(false)
  if (!sure)
    return (
      <Button variant="subtle" color="gray" onClick={() => setSure(true)}>
        {t('Remove…')}
      </Button>
    )
  const remove = async () => {
    if (await removeRewardModel(name)) go({ page: 'reward-models', names: [] })
    else setSure(false)
  }
  return (
    <>
      <Button
        color="red"
        onClick={() => void remove()}
        {...hint(t('Runs that were judged by it cannot be resumed without it.'))}
      >
        {t('Delete {{size}}', { size: bytes(size) })}
      </Button>
      <Button variant="default" onClick={() => setSure(false)}>
        {t('Keep')}
      </Button>
    </>
  )
}

function Facts({ model }: { model: RewardModelEntry }) {
  const { training, data, folder, base } = model
  const facts: [string, string][] = [
    [t('epochs'), compact(training.epochs)],
    [t('batch'), compact(training.batchSize)],
    [t('learning rate'), compact(training.learningRate)],
    [t('warm-up'), t('{{count}} steps', { count: training.warmupSteps })],
    [
      'LoRA',
      training.lora
        ? t('rank {{rank}}, α {{alpha}}', { rank: training.lora.rank, alpha: training.lora.alpha })
        : t('none: all weights'),
    ],
    [
      t('held out'),
      t('{{share}} of the prompts, {{heldOut}}', { share: percent(training.heldOut, 0), heldOut: data.heldOut }),
    ],
    [t('left out to balance lengths'), compact(data.leftOut)],
    ...(data.longerBefore === null
      ? []
      : [
          [
            t('longer preferred'),
            t('{{before}}, balanced {{after}}', {
              before: percent(data.longerBefore),
              after: percent(data.longerAfter),
            }),
          ] as [string, string],
        ]),
    [t('seed'), String(training.seed)],
    [t('data, SHA-256'), `${data.sha256.slice(0, 12)}…`],
    [t('base, SHA-256'), `${base.sha256.slice(0, 12)}…`],
    [t('folder'), folder],
  ]
  return (
    <section className={styles.facts} aria-label={t('How it was trained')}>
      <h3>{t('How it was trained')}</h3>
      <dl>
        {facts.map(([term, value]) => (
          <div key={term} data-wide={value === folder}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
