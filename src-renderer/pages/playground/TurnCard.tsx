import type { RewardPart } from '../../../src-main/contract/records.ts'
import type { Resampled } from '../../../src-main/contract/resampling.ts'
import { compact, percent } from '../../format/number.ts'
import { Formulas } from '../../parts/Formulas.tsx'
import { ModelText } from '../../parts/ModelText.tsx'
import { Problem } from '../../parts/Problem.tsx'
import type { Answer, Turn } from '../../stores/playground.ts'
import { t } from '../../text/t.ts'
import { visible } from '../../text/visible.ts'
import { rightness } from '../live/reader/moment.ts'
import { Sample } from '../live/reader/Sample.tsx'
import styles from './Page.module.css'

/** One prompt and its answers, side by side. Model text is only ever text. */
export function TurnCard({ turn }: { turn: Turn }) {
  return (
    <li className={styles.turn}>
      <ModelText text={turn.prompt} className={styles.prompt} />
      <div className={styles.answers} data-count={turn.answers.length}>
        {turn.answers.map((answer, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: first and second are what tells them apart
          <AnswerCard key={i} answer={answer} />
        ))}
      </div>
    </li>
  )
}

function AnswerCard({ answer }: { answer: Answer }) {
  const { speaker, text, tokens, samples, fraction, end, stopped, error } = answer
  const open = !end && !stopped && !error
  const state = end
    ? `${t('{{count}} tokens', { count: tokens })}${end.cut ? t(', cut') : ''} · ${compact(end.seconds)} s`
    : stopped
      ? t('stopped')
      : error
        ? t('failed')
        : fraction !== null
          ? percent(fraction, 0)
          : tokens > 0
            ? t('{{count}} tokens', { count: tokens })
            : t('waits, or loads its model')
  return (
    <article
      className={styles.answer}
      aria-label={t('Answer of {{speaker}}', { speaker: speaker.label })}
      aria-busy={open}
    >
      <header>
        <b>{speaker.label}</b>
        <span>{state}</span>
      </header>
      {error ? (
        <Problem explanation={error} />
      ) : samples ? (
        <Judged samples={samples} />
      ) : (
        <p className={styles.text} data-open={open} dir="auto">
          {text ? <Formulas text={visible(text)} /> : end ? <i>{t('(nothing but the end token)')}</i> : ''}
        </p>
      )}
    </article>
  )
}

/** Answers to a stored prompt, best first, each with all that it was rewarded. */
function Judged({ samples }: { samples: Resampled[] }) {
  const sorted = samples.toSorted((a, b) => (b.reward || 0) - (a.reward || 0) || a.tokens - b.tokens)
  const rewarded = samples.map(({ reward }) => reward).filter(Number.isFinite)
  const mean = rewarded.reduce((sum, reward) => sum + reward, 0) / rewarded.length
  return (
    <>
      <p className={styles.summary}>
        {rightness(samples.map(({ right }) => ({ correct: right })))}
        {rewarded.length > 0 && `, ${t('mean reward {{mean}}', { mean: compact(mean) })}`}
      </p>
      <ol className={styles.judged}>
        {sorted.map(({ right, parts, ...one }) => (
          <Sample
            key={one.sample}
            sample={{ ...one, correct: right, parts: parts as Record<string, RewardPart>, advantage: null }}
            title={t('sample {{number}}', { number: one.sample + 1 })}
            marked={false}
          />
        ))}
      </ol>
    </>
  )
}
