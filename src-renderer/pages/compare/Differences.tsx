import { useMemo } from 'react'
import { differences, recipeOrTold } from '../../../src-main/contract/differences.ts'
import type { SteeringEvent } from '../../../src-main/contract/records.ts'
import { whatChanged } from '../../text/events.ts'
import { labelOf } from '../../text/setting-label.ts'
import { t } from '../../text/t.ts'
import { valueWords } from '../../text/value.ts'
import type { Compared } from './data.ts'
import styles from './Page.module.css'

interface Props {
  runs: Compared[]
  colourOf: (number: number) => string
}

/** In what the recipes differ, and what was changed by hand. */
export function Differences({ runs, colourOf }: Props) {
  const rows = useMemo(() => differences(runs.map(({ detail }) => recipeOrTold(detail))), [runs])
  const byHand = runs.map(({ events }) => events.filter(changedCourse))
  if (runs.length < 2) return null
  return (
    <section className={styles.section} aria-label={t('Settings that differ')}>
      <h2>{t('Settings that differ')}</h2>
      {rows.length === 0 && byHand.every((events) => events.length === 0) ? (
        <p className={styles.same}>
          {t('None: the recipes are the same, seed and all, and nothing was changed by hand.')}
        </p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
        <div className={styles.scroller} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('Setting')}</th>
                {runs.map(({ detail }) => (
                  <th key={detail.id} scope="col">
                    <i style={{ background: colourOf(detail.number) }} aria-hidden="true" />#{detail.number}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ path, values }) => (
                <tr key={path}>
                  <th scope="row">{labelOf(path)}</th>
                  {values.map((value, i) => (
                    <td key={runs[i].detail.id}>{valueWords(value)}</td>
                  ))}
                </tr>
              ))}
              {byHand.some((events) => events.length > 0) && (
                <tr>
                  <th scope="row">{t('by hand')}</th>
                  {byHand.map((events, i) => (
                    <td key={runs[i].detail.id}>
                      {events.length === 0
                        ? '–'
                        : events.map((event) => (
                            <span key={event.id} className={styles.hand}>
                              {t('{{event}}, from step {{effectiveStep}}', {
                                event: whatChanged(event),
                                effectiveStep: event.effectiveStep,
                              })}
                            </span>
                          ))}
                    </td>
                  ))}
                </tr>
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

const untraced: readonly SteeringEvent['kind'][] = ['pause', 'resume', 'step', 'stop']

const changedCourse = (event: SteeringEvent) => event.effectiveStep !== null && !untraced.includes(event.kind)
