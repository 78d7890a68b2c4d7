import { memo, useMemo } from 'react'
import type { PromptAppearance } from '../../../src-main/contract/api.ts'
import type { RunDetail } from '../../../src-main/contract/records.ts'
import { bestFirst, meanTokens } from '../../stores/reader.ts'
import { t } from '../../text/t.ts'
import { momentName, rightness, tokensOnAverage } from '../live/reader/moment.ts'
import { Sample } from '../live/reader/Sample.tsx'
import styles from './Samples.module.css'

interface RunAnswersProps {
  run: RunDetail
  color: string
  /** null: it never came up. */
  appearance: PromptAppearance | null
  /** What the first run answers, best first: what differs from it is marked. */
  against?: PromptAppearance['samples']
}

/** One run's answers of one moment, best first, with all that they were rewarded. */
export const RunAnswers = memo(function RunAnswers({ run, color, appearance, against }: RunAnswersProps) {
  const samples = useMemo(() => (appearance ? bestFirst(appearance) : []), [appearance])
  const places = useMemo(
    () =>
      samples.map(({ sample }) =>
        appearance?.source === 'train' && appearance.group !== null
          ? { runId: run.id, step: appearance.step, group: appearance.group, sample }
          : undefined,
      ),
    [samples, appearance, run.id],
  )
  return (
    <section className={styles.column} aria-label={t('Run #{{number}}', { number: run.number })}>
      <header className={styles.head}>
        <h3>
          <i style={{ background: color }} aria-hidden="true" />#{run.number} {run.name}
        </h3>
        {appearance && (
          <p>
            <b>{momentName(appearance)}</b> {rightness(samples)}
            {', '}
            {tokensOnAverage(meanTokens(appearance), 0)}
          </p>
        )}
      </header>
      {appearance ? (
        <ol className={styles.list}>
          {samples.map((sample, i) => (
            <Sample
              key={sample.sample}
              sample={sample}
              title={t('sample {{number}}', { number: sample.sample + 1 })}
              neighbour={against && (against[i] ?? against[0])?.text}
              marked={false}
              place={places[i]}
            />
          ))}
        </ol>
      ) : (
        <p className={styles.none}>{t('This run never had this prompt.')}</p>
      )}
    </section>
  )
})
