import { Fragment, memo, useCallback, useMemo } from 'react'
import { Formulas } from '../../../parts/Formulas.tsx'
import { ModelText } from '../../../parts/ModelText.tsx'
import { difference } from '../../../text/difference.ts'
import { spansOf } from '../../../text/spans.ts'
import { t } from '../../../text/t.ts'
import { visible } from '../../../text/visible.ts'
import styles from './Sample.module.css'

/** A chain of thought: reconsidering words stand out, sums that are wrong are underlined; or the differences to a neighbour. */
export const Reasoning = memo(function Reasoning({ text, neighbour }: { text: string; neighbour?: string }) {
  const draw = useCallback(
    (piece: string) =>
      neighbour === undefined ? (
        <Formulas text={piece} plain={highlighted} mark={wrongSum} />
      ) : (
        <Fresh text={piece} neighbour={visible(neighbour)} />
      ),
    [neighbour],
  )
  if (text.trim() === '') return <p className={styles.nothing}>{t('(empty)')}</p>
  return <ModelText text={text} className={styles.text} draw={draw} />
})

/** Differences are of the text as it was written: its formulas are not typeset. */
function Fresh({ text, neighbour }: { text: string; neighbour: string }) {
  const pieces = useMemo(() => difference(text, neighbour), [text, neighbour])
  const key = keys()
  return pieces.map((piece) =>
    piece.fresh ? (
      <mark key={key(piece.text)} className={styles.fresh}>
        {piece.text}
      </mark>
    ) : (
      <Plain key={key(piece.text)} text={piece.text} />
    ),
  )
}

/** A sum within a formula that is wrong. */
function wrongSum(text: string): { className: string; title: string } | undefined {
  const wrong = spansOf(text).find(({ kind }) => kind === 'wrong')
  return wrong?.correction === undefined ? undefined : { className: styles.wrong, title: wrong.correction }
}

const highlighted = (text: string) => <Highlighted text={text} />

const Highlighted = memo(function Highlighted({ text }: { text: string }) {
  const spans = useMemo(() => spansOf(text), [text])
  const key = keys()
  return spans.map((span) => {
    if (span.kind === 'plain') return <Plain key={key(span.text)} text={span.text} />
    if (span.kind === 'reflection')
      return (
        <mark key={key(span.text)} className={styles.reflection}>
          {span.text}
        </mark>
      )
    return (
      <span key={key(span.text)} className={styles.wrong} title={span.correction}>
        {span.text}
        <span className="hidden-text"> {t('(wrong: {{correction}})', { correction: span.correction })}</span>
      </span>
    )
  })
})

/** A piece of a text is its place in it. */
function keys(): (text: string) => number {
  let at = 0
  return (text) => {
    at += text.length
    return at
  }
}

/** Lines may break after a step of the reasoning, rather than inside a number. */
function Plain({ text }: { text: string }) {
  const parts = text.split(/(?<=[;,:])/)
  let at = 0
  return parts.map((part) => {
    at += part.length
    return (
      <Fragment key={at}>
        {part}
        {/[;,:]$/.test(part) && <wbr />}
      </Fragment>
    )
  })
}
