import { SegmentedControl, Skeleton } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef, useState } from 'react'
import type { EvaluationSummary } from '../../../../src-main/contract/evaluation.ts'
import { openPrompt } from '../../../actions/groups.ts'
import { percent } from '../../../format/number.ts'
import { Problem } from '../../../parts/Problem.tsx'
import { useRem } from '../../../parts/useLook.ts'
import { useRoving } from '../../../parts/useRoving.ts'
import { api } from '../../../stores/host.ts'
import { useResource } from '../../../stores/resource.ts'
import { useLive } from '../../../stores/use.ts'
import { parseResponse } from '../../../text/response.ts'
import { t } from '../../../text/t.ts'
import { glimpse } from '../../../text/visible.ts'
import { useShownStep } from '../data.ts'
import styles from './HeldOut.module.css'
import { type Outcome, outcomesOf } from './outcomes.ts'

const filters = ['all', 'wrong', 'right'] as const
type Filter = (typeof filters)[number]

/** The newest evaluation at or before the step on the page, sample by sample: problems that no step has ever trained on. */
export const HeldOutPanel = memo(function HeldOutPanel() {
  const runId = useLive((s) => s.runId)
  const evaluations = useLive((s) => s.evaluations)
  const attached = useLive((s) => s.detail?.attached != null)
  const step = useShownStep()
  const evaluation = evaluations.findLast((e) => e.step <= step) ?? evaluations[0]
  const [filter, setFilter] = useState<Filter>('all')
  const { data, error } = useResource(runId && evaluation ? `${runId} ${evaluation.step} ${evaluation.at}` : null, () =>
    api().groups.evaluationSamples({
      runId: runId as string,
      step: (evaluation as EvaluationSummary).step,
      // of another trainer nothing says how many there are
      limit: Math.min(65_536, (evaluation && evaluation.prompts * evaluation.samplesPerPrompt) || 1),
    }),
  )
  const perPrompt = evaluation?.samplesPerPrompt || 1
  const rows = useMemo(() => {
    const all = data && outcomesOf(data, perPrompt)
    return filter === 'all' ? all : (all?.filter((s) => s.correct === (filter === 'right')) ?? null)
  }, [data, filter, perPrompt])
  return (
    <section className={styles.panel} aria-label={t('Held-out prompts')}>
      <div className={styles.bar}>
        <h2>{t('Held-out')}</h2>
        {evaluation && (
          <p>
            <b>{percent(evaluation.accuracy)}</b>{' '}
            {Number.isFinite(evaluation.accuracyLow) && (
              <span title={t('95 % interval')}>{interval(evaluation.accuracyLow, evaluation.accuracyHigh)}</span>
            )}{' '}
            {evaluation.step === 0 ? t('base model') : t('after step {{step}}', { step: evaluation.step })}
          </p>
        )}
        <SegmentedControl
          size="xs"
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
          data={filters.map((value) => ({ value, label: t(value) }))}
          aria-label={t('Which samples')}
          className={styles.filter}
        />
      </div>
      {error ? (
        <Problem explanation={error} />
      ) : !evaluation ? (
        <p className={styles.empty}>
          {attached
            ? t('Its trainer delivered no evaluation.')
            : t('The base model is measured first, on problems that it never trains on.')}
        </p>
      ) : rows ? (
        <Samples samples={rows} step={evaluation.step} />
      ) : (
        <div className={styles.skeletons} aria-hidden="true">
          {Array.from({ length: 8 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <Skeleton key={i} height="1.25rem" animate={false} />
          ))}
        </div>
      )}
      <ul className={styles.kinds} aria-label={t('Accuracy by kind of problem')}>
        {evaluation && <Several evaluation={evaluation} />}
        {Object.entries(evaluation?.byKind ?? {}).map(([kind, { prompts, accuracy, low, high }]) => (
          <li
            key={kind}
            title={t('{{prompts}} prompts{{low}}', {
              prompts,
              low: low === undefined ? '' : t(', 95 % interval {{low}}', { low: interval(low, high) }),
            })}
          >
            {t(kind)} <b>{percent(accuracy, 0)}</b>
          </li>
        ))}
      </ul>
    </section>
  )
})

/** pass@k and cons@k, with their intervals on asking. */
function Several({ evaluation }: { evaluation: EvaluationSummary }) {
  const { passAt, consensus, samplesPerPrompt } = evaluation
  const pass = passAt.at(-1)
  return (
    <>
      {pass && (
        <li
          title={t('At least one of {{k}} outputs is right; 95 % interval {{low}}', {
            k: pass.k,
            low: interval(pass.low, pass.high),
          })}
        >
          {t('pass@{{k}}', { k: pass.k })} <b>{percent(pass.value, 0)}</b>
        </li>
      )}
      {consensus && (
        <li
          title={t('The answer that most of {{samplesPerPrompt}} outputs give is right; 95 % interval {{low}}', {
            samplesPerPrompt,
            low: interval(consensus.low, consensus.high),
          })}
        >
          {t('cons@{{samplesPerPrompt}}', { samplesPerPrompt })} <b>{percent(consensus.value, 0)}</b>
        </li>
      )}
    </>
  )
}

const interval = (low = Number.NaN, high = Number.NaN) => `${(100 * low).toFixed(0)}–${(100 * high).toFixed(0)}`

function Samples({ samples, step }: { samples: Outcome[]; step: number }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const rows = useVirtualizer({
    count: samples.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => Math.round(1.625 * rem),
    overscan: 10,
  })
  const items = rows.getVirtualItems()
  const drawn = [items.at(0)?.index ?? 0, items.at(-1)?.index ?? 0] as const
  const roving = useRoving(scroller, samples.length, drawn, rows.scrollToIndex)
  if (samples.length === 0) return <p className={styles.empty}>{t('None.')}</p>
  return (
    <div ref={scroller} className={styles.scroller}>
      <ul
        style={{ height: rows.getTotalSize(), position: 'relative' }}
        aria-label={t('Samples of the evaluation')}
        onKeyDown={roving.onKeyDown}
      >
        {items.map((item) => {
          const sample = samples[item.index]
          const whole = parseResponse(sample.text).answer?.trim()
          const score = sample.of > 1 ? `${sample.right}/${sample.of}` : sample.correct ? '✓' : '✗'
          // The right number outside the form (no closing tag, two answers) is no answer.
          const lost = !sample.correct && whole === sample.answer
          const answer = whole === undefined ? undefined : glimpse(whole)
          return (
            <li key={item.key} style={{ transform: `translateY(${item.start}px)`, height: item.size }}>
              <button
                type="button"
                className={styles.sample}
                {...roving.item(item.index)}
                data-right={sample.correct}
                onClick={() => openPrompt(sample.prompt, step)}
                aria-label={t('{{prompt}} {{correct}}{{of}}: {{answer}}{{lost}}. See how the answers changed', {
                  prompt: glimpse(sample.prompt),
                  correct: sample.correct ? t('right') : t('wrong'),
                  of: sample.of > 1 ? t(', {{right}} of {{of}} outputs', { right: sample.right, of: sample.of }) : '',
                  answer: answer ?? t('no answer'),
                  lost: lost ? t(', off the form') : '',
                })}
              >
                <i aria-hidden="true">{score}</i>
                <bdi className={styles.prompt}>{glimpse(sample.prompt)}</bdi>
                <bdi className={styles.answer}>{answer || '–'}</bdi>
                <span className={styles.expected}>
                  {sample.correct ? '' : lost ? t('off form') : `≠ ${sample.answer}`}
                </span>
                <span className={styles.tokens}>{sample.tokens}</span>
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
