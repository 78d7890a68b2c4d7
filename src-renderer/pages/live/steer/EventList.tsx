import { useVirtualizer } from '@tanstack/react-virtual'
import { memo, useMemo, useRef } from 'react'
import type { SteeringEvent } from '../../../../src-main/contract/records.ts'
import { showStep } from '../../../actions/groups.ts'
import { moment } from '../../../format/time.ts'
import { useLive } from '../../../stores/use.ts'
import { cursorStore } from '../../../stores/view.ts'
import { whatChanged, whenInForce } from '../../../text/events.ts'
import { t } from '../../../text/t.ts'
import styles from './Story.module.css'

/** Everything that was asked of the run, newest first. Pointing at one puts the charts' cursor on its step. */
export const EventList = memo(function EventList() {
  const events = useLive((s) => s.events)
  const newestFirst = useMemo(() => [...events].reverse(), [events])
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: newestFirst.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 48,
    overscan: 6,
    getItemKey: (index) => newestFirst[index].id,
  })
  if (events.length === 0)
    return (
      <p className={styles.none}>
        {t('Nothing was changed by hand. What you change is listed here, and marked ◆ on every chart.')}
      </p>
    )
  return (
    <div ref={scroller} className={styles.scroller}>
      <ol style={{ height: rows.getTotalSize(), position: 'relative' }} aria-label={t('Steering history')}>
        {rows.getVirtualItems().map((item) => (
          <li
            key={item.key}
            ref={rows.measureElement}
            data-index={item.index}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <Entry event={newestFirst[item.index]} />
          </li>
        ))}
      </ol>
    </div>
  )
})

const Entry = memo(function Entry({ event }: { event: SteeringEvent }) {
  const state = event.refused !== null ? 'refused' : event.effectiveStep === null ? 'pending' : 'done'
  const step = event.effectiveStep ?? event.requestedStep
  const point = (at: number | null) => () => cursorStore.setState({ step: at })
  return (
    <button
      type="button"
      className={styles.event}
      data-state={state}
      onClick={() => showStep(step)}
      onMouseEnter={point(step)}
      onMouseLeave={point(null)}
      onFocus={point(step)}
      onBlur={point(null)}
    >
      <span className={styles.what}>
        <i aria-hidden="true">{state === 'refused' ? '✗' : state === 'pending' ? '◇' : '◆'}</i> {whatChanged(event)}
      </span>
      <span className={styles.when}>
        {whenInForce(event)} · {moment(event.requestedAt)}
      </span>
      {event.refused !== null && <span className={styles.why}>{event.refused}</span>}
      {event.note && <span className={styles.why}>“{event.note}”</span>}
    </button>
  )
})
