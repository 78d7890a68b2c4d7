import { compact, plural } from '../../format/number.ts'
import { ModelText } from '../../parts/ModelText.tsx'
import { Problem } from '../../parts/Problem.tsx'
import type { Answer, Turn } from '../../stores/playground.ts'
import { visible } from '../../text/visible.ts'
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
  const { speaker, text, tokens, end, stopped, error } = answer
  const open = !end && !stopped && !error
  const state = end
    ? `${plural(tokens, 'token')}${end.cut ? ', cut' : ''} · ${compact(end.seconds)} s`
    : stopped
      ? 'stopped'
      : error
        ? 'failed'
        : tokens > 0
          ? plural(tokens, 'token')
          : 'waits, or loads its model'
  return (
    <article className={styles.answer} aria-label={`Answer of ${speaker.label}`} aria-busy={open}>
      <header>
        <b>{speaker.label}</b>
        <span>{state}</span>
      </header>
      {error ? (
        <Problem explanation={error} />
      ) : (
        <p className={styles.text} data-open={open} dir="auto">
          {visible(text) || (end ? <i>(nothing but the end token)</i> : '')}
        </p>
      )}
    </article>
  )
}
