import { Portal } from '@mantine/core'
import { moment } from '../../../format/time.ts'
import type { Mark } from '../../../stores/story.ts'
import { whatChanged, whenInForce } from '../../../text/events.ts'
import { t } from '../../../text/t.ts'
import styles from './Metrics.module.css'

/** Marks under the pointer, with where it is in the window. */
export interface MarkSpot {
  x: number
  y: number
  marks: Mark[]
}

/** Who changed what, when and why; beside the pointer, and never out of the window. */
export function MarkCard({ spot }: { spot: MarkSpot }) {
  const right = spot.x > window.innerWidth / 2
  const low = spot.y > window.innerHeight / 2
  return (
    <Portal>
      <div
        className={styles.card}
        role="tooltip"
        style={{
          ...(right ? { right: window.innerWidth - spot.x + 14 } : { left: spot.x + 14 }),
          ...(low ? { bottom: window.innerHeight - spot.y + 10 } : { top: spot.y + 10 }),
        }}
      >
        {spot.marks.map((mark) => (
          <MarkText key={keyOf(mark)} mark={mark} />
        ))}
      </div>
    </Portal>
  )
}

function keyOf(mark: Mark): string {
  if (mark.kind === 'stage') return `stage ${mark.stage.stage}`
  return mark.kind === 'steering' ? `steering ${mark.event.id}` : `alert ${mark.alert.id}`
}

function MarkText({ mark }: { mark: Mark }) {
  switch (mark.kind) {
    case 'stage':
      return (
        <div data-kind="stage">
          <h3>
            {t('│ stage {{stage}}, {{name}}, from step {{step}}', {
              stage: mark.stage.stage + 1,
              name: mark.stage.name,
              step: mark.step,
            })}
          </h3>
          {mark.before && (
            <p>
              {t('{{name}} ended after {{count}} steps{{endReason}}', {
                name: mark.before.name,
                count: (mark.before.lastStep ?? mark.step - 1) - (mark.before.firstStep ?? 1) + 1,
                endReason: mark.before.endReason === 'steered' ? t(', by your word') : t(', as planned'),
              })}
            </p>
          )}
        </div>
      )
    case 'steering':
      return (
        <div data-kind="steering">
          <h3>◆ {whatChanged(mark.event)}</h3>
          <p>
            {t('{{event}}; asked by you at {{requestedAt}}, after step {{requestedStep}}', {
              event: whenInForce(mark.event),
              requestedAt: moment(mark.event.requestedAt),
              requestedStep: mark.event.requestedStep,
            })}
          </p>
          {mark.event.note && <blockquote>{mark.event.note}</blockquote>}
        </div>
      )
    case 'alert':
      return (
        <div data-kind="alert">
          <h3>{t('▲ step {{step}}', { step: mark.step })}</h3>
          <p>{mark.alert.message}</p>
          <p>{mark.alert.hint}</p>
        </div>
      )
  }
}
