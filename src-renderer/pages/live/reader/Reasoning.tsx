import { Fragment, memo, useCallback, useMemo } from 'react'
import { ModelText } from '../../../parts/ModelText.tsx'
import { difference } from '../../../text/difference.ts'
import { spansOf } from '../../../text/spans.ts'
import { visible } from '../../../text/visible.ts'
import styles from './Sample.module.css'

/** A chain of thought: reconsidering words stand out, sums that are wrong are underlined; or the differences to a neighbour. */
export const Reasoning = memo(function Reasoning({ text, neighbour }: { text: string; neighbour?: string }) {
  const draw = useCallback((piece: string) => <Spans text={piece} neighbour={neighbour} />, [neighbour])
  if (text.trim() === '') return <p className={styles.nothing}>(empty)</p>
  return <ModelText text={text} className={styles.text} draw={draw} />
})

function Spans({ text, neighbour }: { text: string; neighbour?: string }) {
  const pieces = useMemo(
    () => (neighbour === undefined ? null : difference(text, visible(neighbour))),
    [text, neighbour],
  )
  const spans = useMemo(() => (pieces ? [] : spansOf(text)), [pieces, text])
  let at = 0
  const key = (length: number) => {
    at += length
    return at
  }
  return (
    <>
      {pieces
        ? pieces.map((piece) =>
            piece.fresh ? (
              <mark key={key(piece.text.length)} className={styles.fresh}>
                {piece.text}
              </mark>
            ) : (
              <Plain key={key(piece.text.length)} text={piece.text} />
            ),
          )
        : spans.map((span) => {
            if (span.kind === 'plain') return <Plain key={key(span.text.length)} text={span.text} />
            if (span.kind === 'reflection')
              return (
                <mark key={key(span.text.length)} className={styles.reflection}>
                  {span.text}
                </mark>
              )
            return (
              <span key={key(span.text.length)} className={styles.wrong} title={span.correction}>
                {span.text}
                <span className="hidden-text"> (wrong: {span.correction})</span>
              </span>
            )
          })}
    </>
  )
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
