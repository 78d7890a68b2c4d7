import { Fragment } from 'react'
import type { SideReward, SideRewards } from '../../../../src-main/contract/composite.ts'
import type { RewardPart } from '../../../../src-main/contract/records.ts'
import { type RewardName, type RewardSide, rewardInfo } from '../../../../src-main/contract/rewards.ts'
import { compact, plain } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { contributionOf, sharesOf } from '../../../text/composite.ts'
import { t } from '../../../text/t.ts'
import { glimpse } from '../../../text/visible.ts'
import styles from './Verdicts.module.css'

interface VerdictsProps {
  /** By reward. */
  parts: Readonly<Record<string, RewardPart>>
  /** Of the composite reward. */
  sides?: SideRewards
  /** What they add up to; null or no number: none of them has a verdict. */
  total: number | null
}

/** What each reward gave an output: value × weight = contribution, why, and what the value is made of. Where a side was scaled, what it added. */
export function Verdicts({ parts, sides, total }: VerdictsProps) {
  return (
    <dl className={styles.verdicts}>
      {sharesOf(parts, sides).map((share) =>
        share.kind === 'reward' ? (
          <Verdict key={share.name} name={share.name} part={share.part} />
        ) : (
          <Fragment key={share.side}>
            {share.parts.map(([name, part]) => (
              <Verdict key={name} name={name} part={part} within />
            ))}
            <Side side={share.side} own={share.own} />
          </Fragment>
        ),
      )}
      <div className={styles.total}>
        <dt>{t('reward')}</dt>
        <dd>{total === null || Number.isNaN(total) ? t('none') : plain(Number(total.toFixed(4)))}</dd>
      </div>
    </dl>
  )
}

/** What the rewards above it said together, and what it added once it was scaled and weighed. */
function Side({ side, own: { value, share } }: { side: RewardSide; own: SideReward }) {
  return (
    <div className={styles.verdict} data-sign={Math.sign(share)} data-side={side} data-watched={share === 0}>
      <dt>
        <span
          {...hint(
            t(
              'This side is scaled: its sum, less a mean and divided by a spread, times the weight of the side, is added',
            ),
          )}
          className={styles.name}
          role="note"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what a side is is told on focus
          tabIndex={0}
        >
          {t('{{side}} side', { side })}
        </span>
        <span className={styles.product}>{t('{{value}} scaled', { value: compact(value) })}</span>
        <Contribution value={share} />
      </dt>
    </div>
  )
}

const Contribution = ({ value }: { value: number | null }) => (
  <span className={styles.contribution}>{`${(value ?? 0) > 0 ? '+' : ''}${compact(value)}`}</span>
)

/** @param within a side that adds something else than its rewards' sum */
function Verdict({ name, part, within }: { name: string; part: RewardPart; within?: boolean }) {
  const { value, weight, reason } = part
  const contribution = contributionOf(part)
  // a reward of a later version has no record here
  const info = (rewardInfo as Partial<typeof rewardInfo>)[name as RewardName]
  // what the reason says already is not said again: of a reward model it says all
  const details = info?.learnt
    ? []
    : Object.entries(part.parts ?? {}).filter(([, detail]) => !reason.includes(String(detail)))
  return (
    <div
      className={styles.verdict}
      data-sign={contribution === null || within ? 'none' : Math.sign(contribution)}
      data-watched={weight === 0}
    >
      <dt>
        <span
          {...hint(info ? t(info.about) : name)}
          className={styles.name}
          role="note"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what the reward judges is told on focus
          tabIndex={0}
          aria-label={t('{{name}} {{value}} times weight {{weight}}: {{reason}}', {
            name: t(name),
            value: compact(value),
            weight: compact(weight),
            reason: glimpse(reason),
          })}
        >
          {t(name)}
        </span>
        {value === null ? (
          <span className={styles.product}>{t('no verdict')}</span>
        ) : (
          <>
            <span className={styles.product}>
              {compact(value)} × {plain(weight)}
            </span>
            {!within && <Contribution value={contribution} />}
          </>
        )}
      </dt>
      <dd>
        <bdi>{glimpse(reason, 1000)}</bdi>
        {details.length > 0 && (
          <span className={styles.details}>
            {details.map(([key, detail]) => (
              <span key={key}>
                {key.replaceAll('_', ' ')} <b>{typeof detail === 'number' ? compact(detail) : glimpse(detail)}</b>
              </span>
            ))}
          </span>
        )}
      </dd>
    </div>
  )
}
