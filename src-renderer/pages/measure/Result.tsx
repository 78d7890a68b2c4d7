import { Select } from '@mantine/core'
import type { EvaluationEntry, EvaluationPart } from '../../../src-main/contract/evaluation.ts'
import { compact, percent } from '../../format/number.ts'
import { Interval } from '../../parts/Interval.tsx'
import { usePalette } from '../../parts/useLook.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import { Against } from './Against.tsx'
import styles from './Page.module.css'

interface ResultProps {
  entry: EvaluationEntry
  entries: readonly EvaluationEntry[]
  against: string | null
}

/** One evaluation in full, and beside it what it is set against. */
export function Result({ entry, entries, against }: ResultProps) {
  const { name, subject, problems, summary: s } = entry
  const others = entries.filter((other) => other.name !== name)
  return (
    <div className={styles.result}>
      <section aria-label={t('Evaluation {{name}}', { name })}>
        <div className={styles.head}>
          <h2>{name}</h2>
          <p>{t('{{subject}} on {{problems}}', { subject, problems })}</p>
        </div>
        <Measures entry={entry} />
        <Parts title={t('By kind')} parts={s.byKind} />
        <Parts title={t('By level')} parts={s.byLevel} />
        <dl className={styles.facts}>
          {facts(entry).map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label={t('Set against')}>
        <div className={styles.head}>
          <h2>{t('Set against')}</h2>
          <Select
            aria-label={t('Another evaluation')}
            placeholder={t('another evaluation')}
            size="xs"
            searchable
            clearable
            limit={100}
            data={others.map((other) => ({ value: other.name, label: `${other.name}: ${other.subject}` }))}
            value={against}
            onChange={(other) => go({ page: 'measure', shown: name, against: other })}
          />
        </div>
        {against ? (
          <Against a={against} b={name} />
        ) : (
          <p className={styles.empty}>
            {t(
              'Differences are told on the prompts that both have, prompt by prompt: far sharper than two intervals side by side.',
            )}
          </p>
        )}
      </section>
    </div>
  )
}

function Measures({ entry: { summary: s } }: { entry: EvaluationEntry }) {
  const { heldOut } = usePalette()
  const rows = [
    { name: 'pass@1', value: s.accuracy, low: s.accuracyLow, high: s.accuracyHigh },
    ...s.passAt.map(({ k, ...estimate }) => ({ name: `pass@${k}`, ...estimate })),
    ...(s.consensus ? [{ name: `cons@${s.samplesPerPrompt}`, ...s.consensus }] : []),
  ]
  return (
    <ul className={styles.measures} aria-label={t('Shares of right answers')}>
      {rows.map(({ name, value, low, high }) => (
        <li key={name}>
          <span>{name}</span>
          <Interval value={value} low={low} high={high} prompts={s.prompts} color={heldOut} />
        </li>
      ))}
    </ul>
  )
}

function Parts({ title, parts }: { title: string; parts: Record<string, EvaluationPart> }) {
  const { ink2 } = usePalette()
  const list = Object.entries(parts)
  if (list.length < 2) return null
  return (
    <>
      <h3>{title}</h3>
      <ul className={styles.measures} aria-label={title}>
        {list.map(([part, { prompts, accuracy, low, high }]) => (
          <li key={part}>
            <span>{t(part)}</span>
            <Interval value={accuracy} low={low ?? accuracy} high={high ?? accuracy} prompts={prompts} color={ink2} />
          </li>
        ))}
      </ul>
    </>
  )
}

const facts = ({ summary: s }: EvaluationEntry): [string, string][] => [
  ['temperature', compact(s.temperature)],
  [t('tokens an output'), compact(s.meanLength)],
  [t('cut at the limit'), percent(s.clippedRatio)],
  [t('in the form'), percent(s.formatRate)],
  [t('reflection words an output'), compact(s.reflections)],
  [t('words of other languages'), percent(s.languageMixing)],
]
