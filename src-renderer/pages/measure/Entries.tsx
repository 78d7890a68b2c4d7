import { Skeleton, TextInput } from '@mantine/core'
import { useRef, useState } from 'react'
import type { EvaluationEntry } from '../../../src-main/contract/evaluation.ts'
import { compact, percent } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { Interval } from '../../parts/Interval.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { usePalette } from '../../parts/useLook.ts'
import { useRoving } from '../../parts/useRoving.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import type { Explanation } from '../../transport/explain.ts'
import styles from './Page.module.css'

interface EntriesProps {
  /** Newest first. */
  entries: EvaluationEntry[] | null
  error: Explanation | null
  shown: string | null
}

/** Rows that are drawn; what is sought further down is found by its words. */
const most = 200

export function Entries({ entries, error, shown }: EntriesProps) {
  const [words, setWords] = useState('')
  const palette = usePalette()
  const found = entries?.filter(({ name, subject, problems }) =>
    words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => `${name} ${subject} ${problems}`.toLowerCase().includes(word)),
  )
  const list = useRef<HTMLTableSectionElement>(null)
  const roving = useRoving(list, Math.min(most, found?.length ?? 0))
  return (
    <section className={styles.entries} aria-label={t('Evaluations')}>
      <div className={styles.head}>
        <h2>{t('Evaluations')}</h2>
        {entries && (
          <p>{t('{{count}} evaluations, those of runs among them; newest first', { count: entries.length })}</p>
        )}
        <TextInput
          aria-label={t('Find evaluations')}
          placeholder={t('Find: run #3, gsm8k, e12 …')}
          size="xs"
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      {error && <Problem explanation={error} title={t('The evaluations could not be listed')} />}
      {!found && !error && <Skeleton height="9rem" animate={false} />}
      {entries?.length === 0 && (
        <p className={styles.empty}>
          {t(
            'Nothing was measured yet. Choose a model and problems on the left: you get the share of right answers with its interval, by kind and by level, and can set any two results side by side.',
          )}
        </p>
      )}
      {found && entries && entries.length > 0 && (
        <div className={styles.scroller}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('Name')}</th>
                <th scope="col">{t('What')}</th>
                <th scope="col">{t('Problems')}</th>
                <th scope="col">{t('pass@1, 95 % interval')}</th>
                <th scope="col">{t('cons@k')}</th>
                <th scope="col">{t('Tokens')}</th>
                <th scope="col">{t('When')}</th>
              </tr>
            </thead>
            <tbody ref={list} onKeyDown={roving.onKeyDown}>
              {found.slice(0, most).map(({ name, subject, problems, summary: s }, i) => (
                <tr
                  key={name}
                  aria-current={name === shown}
                  onClick={() => go({ page: 'measure', shown: name, against: null })}
                >
                  <th scope="row">
                    <button type="button" {...roving.item(i)}>
                      {name}
                    </button>
                  </th>
                  <td title={subject}>{subject}</td>
                  <td title={problems}>
                    {problems}, {s.prompts}
                    {s.samplesPerPrompt > 1 && ` × ${s.samplesPerPrompt}`}
                  </td>
                  <td className={styles.accuracy}>
                    <Interval
                      value={s.accuracy}
                      low={s.accuracyLow}
                      high={s.accuracyHigh}
                      prompts={s.prompts}
                      color={palette.heldOut}
                    />
                  </td>
                  <td>{s.consensus ? percent(s.consensus.value) : '–'}</td>
                  <td>{compact(s.meanLength)}</td>
                  <td>{moment(s.at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {found.length === 0 && <p className={styles.empty}>{t('None has these words.')}</p>}
          {found.length > most && (
            <p className={styles.empty}>
              {t('{{length}} more: say more words of what you look for.', { length: found.length - most })}
            </p>
          )}
        </div>
      )}
    </section>
  )
}
