import type { RewardPart } from '../../../../src-main/contract/records.ts'
import { type RewardName, rewardInfo } from '../../../../src-main/contract/rewards.ts'
import { compact, plain } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import styles from './Verdicts.module.css'

interface VerdictsProps {
  /** By reward. */
  parts: Readonly<Record<string, RewardPart>>
  /** Their weighted sum; null or no number: none of them has a verdict. */
  total: number | null
}

/** What each reward gave an output: value × weight = contribution, why, and what the value is made of. */
export function Verdicts({ parts, total }: VerdictsProps) {
  return (
    <dl className={styles.verdicts}>
      {Object.entries(parts).map(([name, part]) => (
        <Verdict key={name} name={name} part={part} />
      ))}
      <div className={styles.total}>
        <dt>reward</dt>
        <dd>{total === null || Number.isNaN(total) ? 'none' : plain(Number(total.toFixed(4)))}</dd>
      </div>
    </dl>
  )
}

function Verdict({ name, part }: { name: string; part: RewardPart }) {
  const { value, weight, reason } = part
  const contribution = value === null ? null : value * weight
  // what the reason says already is not said again
  const details = Object.entries(part.parts ?? {}).filter(([, detail]) => !reason.includes(String(detail)))
  // a reward of a later version has no record here
  const about = (rewardInfo as Partial<typeof rewardInfo>)[name as RewardName]?.about ?? name
  return (
    <div
      className={styles.verdict}
      data-sign={contribution === null ? 'none' : Math.sign(contribution)}
      data-watched={weight === 0}
    >
      <dt>
        <span
          {...hint(about)}
          className={styles.name}
          role="note"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what the reward judges is told on focus
          tabIndex={0}
          aria-label={`${name} ${compact(value)} times weight ${compact(weight)}: ${reason}`}
        >
          {name}
        </span>
        {value === null ? (
          <span className={styles.product}>no verdict</span>
        ) : (
          <>
            <span className={styles.product}>
              {compact(value)} × {plain(weight)}
            </span>
            <span
              className={styles.contribution}
            >{`${(contribution ?? 0) > 0 ? '+' : ''}${compact(contribution)}`}</span>
          </>
        )}
      </dt>
      <dd>
        {reason}
        {details.length > 0 && (
          <span className={styles.details}>
            {details.map(([key, detail]) => (
              <span key={key}>
                {key.replaceAll('_', ' ')} <b>{typeof detail === 'number' ? compact(detail) : detail}</b>
              </span>
            ))}
          </span>
        )}
      </dd>
    </div>
  )
}
