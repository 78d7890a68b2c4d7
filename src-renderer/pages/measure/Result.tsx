import { Select } from '@mantine/core'
import type { EvaluationEntry, EvaluationPart } from '../../../src-main/contract/evaluation.ts'
import { compact, percent } from '../../format/number.ts'
import { Interval } from '../../parts/Interval.tsx'
import { usePalette } from '../../parts/useLook.ts'
import { go } from '../../stores/route.ts'
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
      <section aria-label={`Evaluation ${name}`}>
        <div className={styles.head}>
          <h2>{name}</h2>
          <p>
            {subject} on {problems}
          </p>
        </div>
        <Measures entry={entry} />
        <Parts title="By kind" parts={s.byKind} />
        <Parts title="By level" parts={s.byLevel} />
        <dl className={styles.facts}>
          {facts(entry).map(([term, value]) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label="Set against">
        <div className={styles.head}>
          <h2>Set against</h2>
          <Select
            aria-label="Another evaluation"
            placeholder="another evaluation"
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
            Differences are told on the prompts that both have, prompt by prompt: far sharper than two intervals side by
            side.
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
    <ul className={styles.measures} aria-label="Shares of right answers">
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
            <span>{part}</span>
            <Interval value={accuracy} low={low ?? accuracy} high={high ?? accuracy} prompts={prompts} color={ink2} />
          </li>
        ))}
      </ul>
    </>
  )
}

const facts = ({ summary: s }: EvaluationEntry): [string, string][] => [
  ['temperature', compact(s.temperature)],
  ['tokens an output', compact(s.meanLength)],
  ['cut at the limit', percent(s.clippedRatio)],
  ['in the form', percent(s.formatRate)],
  ['reflection words an output', compact(s.reflections)],
  ['words of other languages', percent(s.languageMixing)],
]
