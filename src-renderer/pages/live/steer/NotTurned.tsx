import { memo } from 'react'
import { engineName } from '../../../../src-main/contract/engines.ts'
import type { Attached, RunSource } from '../../../../src-main/contract/records.ts'
import { labelOf } from '../../../text/setting-label.ts'
import { t } from '../../../text/t.ts'
import styles from './NotTurned.module.css'

/** What another trainer cannot change while it trains, and why. */
interface Props {
  source: RunSource
  attached: Attached
  /** Its trainer has said nothing yet. */
  awaited: boolean
}

export const NotTurned = memo(function NotTurned({ source, attached, awaited }: Props) {
  const trainer = engineName(source.engine)
  const refused = Object.entries(attached.refusals)
  return (
    <section className={styles.refused} aria-label={t('What cannot be turned')}>
      <h3>
        {awaited
          ? t('Its driver has not reported yet: its knobs appear here once it does.')
          : attached.knobs.length === 0
            ? t('{{trainer}} turns no knob of this run while it trains.', { trainer })
            : t('{{trainer}} turns nothing else while it trains.', { trainer })}
      </h3>
      {refused.length > 0 && (
        <dl>
          {refused.map(([name, why]) => (
            <div key={name}>
              <dt>{labelOf(name)}</dt>
              <dd>{why}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
})
