import { memo, useEffect, useRef } from 'react'
import type { PromptAppearance } from '../../../../src-main/contract/api.ts'
import type { RewardPart } from '../../../../src-main/contract/records.ts'
import { compact, signed } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { parseResponse } from '../../../text/response.ts'
import { Reasoning } from './Reasoning.tsx'
import styles from './Sample.module.css'

export interface SampleProps {
  sample: PromptAppearance['samples'][number]
  title: string
  aside?: string
  /** Text to tell the differences from. */
  neighbour?: string
  marked: boolean
  onPick?: () => void
}

/** One output: what it thought apart from what it answered, and what it got for it. Model text is only ever text. */
export const Sample = memo(function Sample({ sample, title, aside, neighbour, marked, onPick }: SampleProps) {
  const { advantage, reward, parts, correct } = sample
  const response = parseResponse(sample.text)
  const other = neighbour === undefined ? undefined : parseResponse(neighbour)
  const missed = Object.entries(parts ?? {}).filter(([, part]) => (part.value ?? 0) <= 0 && part.reason)
  const card = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (marked) card.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [marked])
  return (
    <li ref={card} className={styles.sample} data-right={correct} data-marked={marked}>
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
          {sample.tokens} tokens{sample.finishReason === 'length' && ', cut'}
        </span>
        {advantage !== null && (
          <span
            {...hint('Advantage: how far this output is above or below its group')}
            className={styles.advantage}
            data-sign={Math.sign(Math.round(advantage * 100))}
          >
            {signed(advantage)}
          </span>
        )}
      </div>
      {response.before && <Stray text={response.before} />}
      <div className={styles.think} data-missing={response.think === null}>
        <span className={styles.tag}>think{response.think !== null && !response.thinkClosed && ', not closed'}</span>
        {response.think === null ? (
          <p className={styles.nothing}>no think tag</p>
        ) : (
          <Reasoning text={response.think} neighbour={other && (other.think ?? '')} />
        )}
      </div>
      {response.between.trim() && <Stray text={response.between} />}
      <div className={styles.answer}>
        <span className={styles.tag}>answer{response.answer !== null && !response.answerClosed && ', not closed'}</span>
        {response.answer === null ? (
          <span className={styles.nothing}>none</span>
        ) : (
          <span className={styles.answerText}>{response.answer.trim() || '(empty)'}</span>
        )}
        <span className={styles.verdict}>{correct ? '✓ right' : '✗ wrong'}</span>
      </div>
      {response.rest.trim() && <Stray text={response.rest} />}
      <div className={styles.foot}>
        {parts && Object.entries(parts).map(([name, part]) => <Part key={name} name={name} part={part} />)}
        {reward !== null && <span className={styles.reward}>reward {compact(reward)}</span>}
      </div>
      {missed.length > 0 && <p className={styles.reasons}>{missed.map(([, part]) => part.reason).join('; ')}</p>}
    </li>
  )
})

function Part({ name, part }: { name: string; part: RewardPart }) {
  return (
    <span
      {...hint(`${part.reason}. ${name} ${compact(part.value)} × weight ${compact(part.weight)}`)}
      className={styles.chip}
      data-full={part.value !== null && part.value > 0}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the reason is told on focus
      tabIndex={0}
      role="note"
      aria-label={`${name} ${compact(part.value)} times weight ${compact(part.weight)}: ${part.reason}`}
    >
      {name} {compact(part.value)}
    </span>
  )
}

function Stray({ text }: { text: string }) {
  return (
    <p className={styles.stray}>
      <span className={styles.tag}>outside the form</span> {text}
    </p>
  )
}
