/** Steering events in words. */

import { knobWord } from '../../src-main/contract/knobs.ts'
import type { EventKind, SteeringEvent } from '../../src-main/contract/records.ts'
import { plain } from '../format/number.ts'
import { changedKnobs } from '../stores/story.ts'
import { t } from './t.ts'

const names: Record<EventKind, string> = {
  set: 'Change',
  pause: 'Pause',
  resume: 'Go on',
  step: 'One step',
  stop: 'Stop',
  'next-stage': 'Next stage',
  stay: 'Stay in this stage',
  'refresh-reference': 'Refresh the reference',
  fork: 'Fork',
  'roll-back': 'Roll back',
  'repeat-stage': 'Repeat the stage',
  'skip-stage': 'Skip a stage',
  'insert-stage': 'Insert a stage',
  recipe: 'Recipe taken over from its edited file',
}

/** "temperature 1 → 0.8", or the command's name. */
export function whatChanged(event: SteeringEvent): string {
  if (event.kind === 'fork' && event.detail)
    return `Fork of #${event.detail.run}${event.detail.assignments?.length ? `: ${event.detail.assignments.join(', ')}` : ''}`
  if (event.kind === 'roll-back' && event.detail)
    return `Roll back: steps ${event.effectiveStep} to ${event.requestedStep} abandoned (#${event.detail.run})`
  if (event.kind === 'skip-stage') return `Skip stage ${(event.detail?.stage ?? 0) + 1}`
  if (event.kind === 'insert-stage')
    return `Insert ${event.detail?.insert?.name} as stage ${(event.detail?.stage ?? 0) + 1}`
  if (event.kind !== 'set') return names[event.kind]
  return changedKnobs(event)
    .map(({ name, label, from, to }) => {
      const shown = (value: number) => knobWord(name, value) ?? plain(value)
      return `${label} ${from === undefined ? '' : `${shown(from)} `}→ ${shown(to)}`
    })
    .join(', ')
}

/** "from step 113", "asked at step 112", "refused". */
export function whenInForce(event: SteeringEvent): string {
  if (event.refused !== null) return t('refused')
  if (event.effectiveStep === null) return `asked after step ${event.requestedStep}`
  return event.kind === 'pause' || event.kind === 'stop'
    ? `after step ${Math.max(0, event.effectiveStep - 1)}`
    : `from step ${event.effectiveStep}`
}
