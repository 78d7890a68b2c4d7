import { useMemo } from 'react'
import { judgedPart } from '../../../src-main/contract/judged-part.ts'
import type { RewardModelKind } from '../../../src-main/contract/reward-models.ts'
import { ModelText } from '../../parts/ModelText.tsx'
import { difference } from '../../text/difference.ts'
import { t } from '../../text/t.ts'
import { visible } from '../../text/visible.ts'
import styles from './Page.module.css'

interface Props {
  title: string
  kind: RewardModelKind
  text: string
  /** Marks what this one has that the other lacks. */
  other: string | null
}

/** One answer: what is judged of it, and folded away what is not. Model text is only ever text. */
export function Answer({ title, kind, text, other }: Props) {
  const judged = judgedPart(kind, text) ?? ''
  const compared = other === null ? null : (judgedPart(kind, other) ?? '')
  const pieces = useMemo(() => (compared === null ? null : difference(judged, compared)), [judged, compared])
  const rest = kind === 'helpfulness' ? text.slice(0, text.lastIndexOf(judged)).trim() : ''
  let at = 0
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard
    <article className={styles.answer} aria-label={title} tabIndex={0} data-answer>
      <h2>{title}</h2>
      {rest && (
        <details>
          <summary>{t('Thinking, which is not judged')}</summary>
          <ModelText text={rest} className={styles.thinking} />
        </details>
      )}
      {pieces && pieces.length > 1 ? (
        <p className={styles.text} dir="auto">
          {pieces.map(({ text, fresh }) => {
            at += text.length
            return fresh ? <mark key={at}>{visible(text)}</mark> : <span key={at}>{visible(text)}</span>
          })}
        </p>
      ) : (
        <ModelText text={judged} className={styles.text} />
      )}
    </article>
  )
}
