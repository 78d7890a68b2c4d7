import { SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import type { Comparison, Estimate, EvaluationSummary } from '../../../src-main/contract/evaluation.ts'
import type { RunDetail } from '../../../src-main/contract/records.ts'
import { compact, signed } from '../../format/number.ts'
import { hint } from '../../parts/hint.ts'
import { Interval } from '../../parts/Interval.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import { explain } from '../../transport/explain.ts'
import type { Compared } from './data.ts'
import styles from './Page.module.css'

interface Props {
  runs: Compared[]
  colourOf: (number: number) => string
}

type Outcome = Comparison | { problem: string }

/** Held-out accuracy of each run with its interval, and each held against the first on the prompts that both have. */
export function Evaluations({ runs, colourOf }: Props) {
  const [which, setWhich] = useState<'last' | 'same'>('last')
  const common = commonStep(runs)
  const at = runs.map(({ evaluations }) =>
    which === 'same' && common !== null ? evaluations.find((e) => e.step === common) : evaluations.at(-1),
  )
  const names = runs.map(({ detail }, i) => at[i] && `${detail.number}@${at[i].step}`)
  const [base, ...others] = names
  const { data } = useResource(base && others.length > 0 ? names.join() : null, () =>
    Promise.all(
      others.map((name, i) => (name ? against(base as string, name) : { problem: notMeasured(runs[i + 1].detail) })),
    ),
  )
  return (
    <section className={styles.section} aria-label={t('Held-out evaluations')}>
      <div className={styles.sectionHead}>
        <h2>{t('Held-out')}</h2>
        {runs.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={t('Which evaluations')}
            value={which}
            onChange={(value) => setWhich(value as 'last' | 'same')}
            data={[
              { value: 'last', label: t('last of each') },
              {
                value: 'same',
                label: common === null ? t('same step') : t('step {{common}} of each', { common }),
                disabled: common === null,
              },
            ]}
          />
        )}
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('Run')}</th>
            <th scope="col">{t('Step')}</th>
            <th scope="col">{t('Accuracy, 95 % interval')}</th>
            <th scope="col">{t('Tokens')}</th>
            {runs.length > 1 && (
              <th scope="col" {...hint(t('On the prompts that both have, paired; in percentage points'))}>
                {t('Against #{{number}}', { number: runs[0].detail.number })}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ detail }, i) => (
            <tr key={detail.id}>
              <th scope="row">
                <i style={{ background: colourOf(detail.number) }} aria-hidden="true" />#{detail.number}
              </th>
              <td>{at[i]?.step ?? '–'}</td>
              <td>{at[i] ? <Held of={at[i]} color={colourOf(detail.number)} /> : notMeasured(detail)}</td>
              <td>{compact(at[i]?.meanLength)}</td>
              {runs.length > 1 && <td>{i === 0 ? 'base' : <Difference outcome={data?.[i - 1]} />}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const notMeasured = ({ source }: RunDetail) => (source ? t('not delivered') : t('not measured yet'))

async function against(base: string, name: string): Promise<Outcome> {
  try {
    return await api().runs.compare({ a: base, b: name })
  } catch (error) {
    return { problem: explain(error).message }
  }
}

/** The newest step that all of them were evaluated at, other than the beginning. */
function commonStep(runs: readonly Compared[]): number | null {
  const steps = runs.map(({ evaluations }) => evaluations.map((e) => e.step).filter((step) => step > 0))
  const shared = (steps[0] ?? []).filter((step) => steps.every((list) => list.includes(step)))
  return shared.length === 0 ? null : Math.max(...shared)
}

function Held({ of, color }: { of: EvaluationSummary; color: string }) {
  const { accuracy, accuracyLow, accuracyHigh, prompts } = of
  return <Interval value={accuracy} low={accuracyLow} high={accuracyHigh} prompts={prompts} color={color} />
}

const points = ({ value, low, high }: Estimate) =>
  t('{{value}} ({{low}} to {{high}})', {
    value: signed(100 * value, 1),
    low: signed(100 * low, 1),
    high: signed(100 * high, 1),
  })

function Difference({ outcome }: { outcome: Outcome | undefined }) {
  if (!outcome) return <>…</>
  if ('problem' in outcome) return <span className={styles.problem}>{outcome.problem}</span>
  const accuracy = outcome.rows.find(({ measure }) => measure === 'pass@1')
  if (!accuracy) return <>–</>
  const { prompts, p, test, gained, lost } = outcome
  const clear = p < 0.05
  return (
    <span
      className={styles.difference}
      data-clear={clear}
      {...hint(
        t('{{prompts}} prompts that both have; {{gained}} became right, {{lost}} wrong ({{test}})', {
          prompts,
          gained: gained.length,
          lost: lost.length,
          test,
        }),
      )}
    >
      <b>{points(accuracy.difference)}</b> {p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`}
      {!clear && <i> {t('may be chance')}</i>}
    </span>
  )
}
