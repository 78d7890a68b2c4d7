import { IconFlag, IconFlagFilled } from '@tabler/icons-react'
import { memo, useEffect, useRef } from 'react'
import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import type { TokenView } from '../../../../src-main/contract/tokens.ts'
import { signed } from '../../../format/number.ts'
import { Formulas } from '../../../parts/Formulas.tsx'
import { hint } from '../../../parts/hint.ts'
import { ModelText } from '../../../parts/ModelText.tsx'
import { askLabel, type SamplePlace } from '../../../stores/labels.ts'
import { parseResponse } from '../../../text/response.ts'
import { t } from '../../../text/t.ts'
import type { TokenColour } from '../../../text/token-colour.ts'
import { glimpse, visible } from '../../../text/visible.ts'
import { Reasoning } from './Reasoning.tsx'
import styles from './Sample.module.css'
import { Tokens } from './Tokens.tsx'
import { Verdicts } from './Verdicts.tsx'

/** Characters of an answer that is shown as one. */
const longAnswer = 400

const icon = { size: '0.75rem', stroke: 1.7, 'aria-hidden': true } as const

export interface SampleProps {
  sample: PromptAppearance['samples'][number]
  title: string
  aside?: string
  /** Text to tell the differences from. */
  neighbour?: string | null
  marked: boolean
  /** Its tokens, in place of its parts. */
  tokens?: readonly TokenView[]
  colour?: TokenColour
  onPick?: () => void
  /** Where it is stored: samples of training can be labelled. */
  place?: SamplePlace
}

/** One output: what it thought apart from what it answered, and what it got for it. Model text is only ever text. */
export const Sample = memo(function Sample(props: SampleProps) {
  const { sample, title, aside, neighbour, marked, tokens, colour = 'none', onPick, place } = props
  const { advantage, reward, parts, sides, correct } = sample
  const card = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (marked) card.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [marked])
  return (
    <li ref={card} className={styles.sample} data-right={correct ?? 'unknown'} data-marked={marked}>
      <div className={styles.sampleHead}>
        {onPick ? (
          <button type="button" className={styles.pick} onClick={onPick}>
            {title}
          </button>
        ) : (
          <span>{title}</span>
        )}
        <span className={styles.aside} data-cut={sample.finishReason === 'length'}>
          {aside && `${aside} · `}
          {sample.tokens === null ? t('tokens not delivered') : t('{{tokens}} tokens', { tokens: sample.tokens })}
          {sample.finishReason === 'length' && t(', cut')}
        </span>
        {place && (
          <button
            {...hint(sample.label ? t('Change its label') : t('Label it: hacking, good reasoning …'))}
            type="button"
            className={styles.flag}
            data-on={sample.label !== undefined}
            aria-label={t('Label {{title}}', { title })}
            onClick={() => askLabel([place], sample.label)}
          >
            {sample.label ? <IconFlagFilled {...icon} /> : <IconFlag {...icon} />}
          </button>
        )}
        {advantage !== null && Number.isFinite(advantage) && (
          <span
            {...hint(t('Advantage: how far this output is above or below its group, or what the critic expected'))}
            className={styles.advantage}
            data-sign={Math.sign(Math.round(advantage * 100))}
          >
            {signed(advantage)}
          </span>
        )}
      </div>
      {sample.cut && (
        <p className={styles.beginning} role="status">
          {onPick
            ? t('Only its beginning: all of it stands among the samples of its moment.')
            : t('Its beginning; the rest is on its way…')}
        </p>
      )}
      {sample.label && (
        <p className={styles.labelled}>
          <b>{sample.label.label}</b> {sample.label.note}
        </p>
      )}
      {tokens && colour !== 'none' ? (
        <Tokens tokens={tokens} colour={colour} />
      ) : sample.text === null ? (
        <NotKept correct={correct} />
      ) : (
        <Response text={sample.text} neighbour={neighbour ?? undefined} correct={correct} />
      )}
      {parts && <Verdicts parts={parts} sides={sides} total={reward} />}
    </li>
  )
})

/** Only its numbers are left. */
function NotKept({ correct }: { correct: boolean | null }) {
  return (
    <div className={styles.answer}>
      <span
        {...hint(
          t('The run keeps a share of its texts, set with its disk use. Rewards, advantages and lengths are all kept.'),
        )}
        className={styles.nothing}
      >
        {t('text not kept')}
      </span>
      <Verdict correct={correct} />
    </div>
  )
}

function Verdict({ correct }: { correct: boolean | null }) {
  return (
    <span className={styles.verdict}>{correct === null ? t('no verdict') : correct ? t('✓ right') : t('✗ wrong')}</span>
  )
}

/** What it thought, and what it answered. */
function Response(props: { text: string; neighbour?: string; correct: boolean | null }) {
  const { text, neighbour, correct } = props
  const response = parseResponse(text)
  const other = neighbour === undefined ? undefined : parseResponse(neighbour)
  return (
    <>
      {response.before && <Stray text={response.before} />}
      <div className={styles.think} data-missing={response.think === null}>
        <span className={styles.tag}>
          {t('think')}
          {response.think !== null && !response.thinkClosed && t(', not closed')}
        </span>
        {response.think === null ? (
          <p className={styles.nothing}>{t('no think tag')}</p>
        ) : (
          <Reasoning text={response.think} neighbour={other && (other.think ?? '')} />
        )}
      </div>
      {response.between.trim() && <Stray text={response.between} />}
      <div className={styles.answer}>
        <span className={styles.tag}>
          {t('answer')}
          {response.answer !== null && !response.answerClosed && t(', not closed')}
        </span>
        {response.answer === null ? (
          <span className={styles.nothing}>{t('none')}</span>
        ) : (
          <Answer text={response.answer.trim()} />
        )}
        <Verdict correct={correct} />
      </div>
      {response.rest.trim() && <Stray text={response.rest} />}
    </>
  )
}

/** An answer is short; what is not is folded away. */
function Answer({ text }: { text: string }) {
  if (text.length <= longAnswer)
    return <bdi className={styles.answerText}>{text ? <Formulas text={visible(text)} /> : '(empty)'}</bdi>
  return (
    <details className={styles.longAnswer}>
      <summary>
        <bdi className={styles.answerText}>{glimpse(text, 60)}</bdi>
      </summary>
      <ModelText text={text} className={styles.text} />
    </details>
  )
}

function Stray({ text }: { text: string }) {
  return (
    <div className={styles.stray}>
      <span className={styles.tag}>{t('outside the form')}</span> <ModelText text={text} />
    </div>
  )
}
