import { ActionIcon } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconGripVertical,
  IconPlayerPauseFilled,
  IconPlayerPlayFilled,
  IconX,
} from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { QueueEntry, QueueState } from '../../../src-main/contract/queue.ts'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { holdQueue, moveInQueue, putBackInQueue, removeFromQueue, startQueue } from '../../actions/queue.ts'
import { span } from '../../format/time.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { hint } from '../../parts/hint.ts'
import { undoable } from '../../parts/undoable.ts'
import { useRem } from '../../parts/useLook.ts'
import { queueStore, timetable, waitingIn } from '../../stores/queue.ts'
import { go, routeHash } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import styles from './Queue.module.css'

/** Runs that wait their turn, above those that had it; nothing where none waits. */
export function Queue({ runs }: { runs: RunSummary[] | null }) {
  const queue = useStore(queueStore)
  const scroller = useRef<HTMLDivElement>(null)
  const rem = useRem()
  const [dragged, setDragged] = useState<number | null>(null)
  const rows = useVirtualizer({
    count: queue.entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => Math.round(2.25 * rem),
    overscan: 6,
  })
  if (queue.entries.length === 0) return null
  const { begins, all, active } = timetable(queue, runs)
  const waiting = waitingIn(queue).length
  const held = queue.hold !== null || active?.status === 'paused'
  return (
    <section className={styles.queue} aria-label={t('Queue')}>
      <header className={styles.head}>
        <h2>{t('Queue')}</h2>
        <p data-held={held}>{whatItDoes(queue, active, waiting, all)}</p>
        {held ? (
          <ActionButton
            action={startQueue}
            size="compact-sm"
            icon={<IconPlayerPlayFilled size="0.75rem" aria-hidden="true" />}
          />
        ) : (
          <ActionButton
            action={holdQueue}
            size="compact-sm"
            variant="default"
            icon={<IconPlayerPauseFilled size="0.75rem" aria-hidden="true" />}
          />
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard */}
      <div ref={scroller} className={styles.scroller} tabIndex={0} role="list" aria-label={t('Runs that wait')}>
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map(({ index, start, size }) => (
            <Entry
              key={queue.entries[index].id}
              entry={queue.entries[index]}
              place={index + 1}
              last={index + 1 >= waiting}
              begins={begins[index] ?? null}
              style={{ transform: `translateY(${start}px)`, height: size }}
              dragged={dragged === queue.entries[index].id}
              onDrag={setDragged}
              onDrop={() => {
                if (dragged !== null) void moveInQueue(dragged, index + 1)
                setDragged(null)
              }}
            />
          ))}
        </div>
      </div>
    </section>
  )
}

function whatItDoes(queue: QueueState, active: RunSummary | undefined, waiting: number, all: number | null): string {
  const count = waiting === 1 ? t('1 run waits') : t('{{count}} runs wait', { count: waiting })
  if (waiting === 0) return t('Nothing waits; what was refused is below.')
  if (queue.hold === 'disk') return `${count}: ${queue.error?.message ?? t('the disk takes nothing.')}`
  if (queue.hold === 'person') return t('{{count}}, and the queue is held.', { count })
  if (queue.hold === 'opened')
    return queue.cutOff === null
      ? t('{{count}} from before: they go on when a run is started, or now.', { count })
      : t('{{count}}: starting goes on with run #{{cutOff}}, which was cut off.', { count, cutOff: queue.cutOff })
  if (active?.status === 'paused')
    return t('{{count}} for run #{{number}}, which is paused. Starting sets it aside.', {
      count,
      number: active.number,
    })
  return all === null ? `${count}.` : t('{{count}}, all done in about {{all}}.', { count, all: span(all) })
}

interface EntryProps {
  entry: QueueEntry
  place: number
  last: boolean
  begins: number | null
  style: React.CSSProperties
  dragged: boolean
  onDrag: (id: number | null) => void
  onDrop: () => void
}

function Entry({ entry, place, last, begins, style, dragged, onDrag, onDrop }: EntryProps) {
  const { id, title, sweep, seed, steps, error, seconds } = entry
  const failed = entry.status === 'failed'
  const icon = { size: '0.875rem', 'aria-hidden': true } as const
  return (
    <div
      role="listitem"
      className={styles.entry}
      style={style}
      data-failed={failed}
      data-dragged={dragged}
      draggable={!failed}
      onDragStart={() => onDrag(id)}
      onDragEnd={() => onDrag(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={onDrop}
    >
      <span className={styles.grip} aria-hidden="true">
        {failed ? '' : <IconGripVertical size="0.875rem" />}
      </span>
      <span className={styles.title}>
        <b>q{id}</b> {title}
        {sweep !== null && <SweepLink name={sweep} />}
      </span>
      {failed ? (
        <span className={styles.why} {...hint(`${error?.message} ${error?.hint}`)}>
          {t('refused: {{message}}', { message: error?.message })}
        </span>
      ) : (
        <>
          <span className={styles.fact}>{t('seed {{seed}}, {{count}} steps', { seed, count: steps })}</span>
          <span className={styles.fact}>
            {begins === null ? '' : begins === 0 ? t('next') : t('in {{begins}}', { begins: span(begins) })}
          </span>
          <span className={styles.fact}>
            {seconds === null ? '' : t('takes {{seconds}}', { seconds: span(seconds) })}
          </span>
        </>
      )}
      <span className={styles.tools}>
        {!failed && (
          <>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              disabled={place === 1}
              aria-label={t('Move q{{id}} up', { id })}
              onClick={() => void moveInQueue(id, place - 1)}
            >
              <IconArrowUp {...icon} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              disabled={last}
              aria-label={t('Move q{{id}} down', { id })}
              onClick={() => void moveInQueue(id, place + 1)}
            >
              <IconArrowDown {...icon} />
            </ActionIcon>
          </>
        )}
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t('Remove q{{id}}', { id })}
          onClick={() => {
            void removeFromQueue([id])
            undoable(t('{{title}} was removed', { title }), () => void putBackInQueue([id]))
          }}
        >
          <IconX {...icon} />
        </ActionIcon>
      </span>
    </div>
  )
}

function SweepLink({ name }: { name: string }) {
  const route = { page: 'sweeps', name } as const
  return (
    <a
      href={routeHash(route)}
      onClick={(event) => {
        event.preventDefault()
        go(route)
      }}
    >
      {name}
    </a>
  )
}
