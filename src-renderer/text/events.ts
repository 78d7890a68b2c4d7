/** Steering events in words. */

import { knobWord } from '../../src-main/contract/knobs.ts'
import type { EventKind, SteeringEvent } from '../../src-main/contract/records.ts'
import { plain } from '../format/number.ts'
import { changedKnobs } from '../stores/story.ts'
import { list, t } from './t.ts'

const names: Record<EventKind, string> = {
  set: t('Change'),
  pause: t('Pause'),
  resume: t('Go on'),
  step: t('One step'),
  stop: t('Stop'),
  save: t('Save a checkpoint'),
  'next-stage': t('Next stage'),
  stay: t('Stay in this stage'),
  'refresh-reference': t('Refresh the reference'),
  fork: t('Fork'),
  'roll-back': t('Roll back'),
  'repeat-stage': t('Repeat the stage'),
  'skip-stage': t('Skip a stage'),
  'insert-stage': t('Insert a stage'),
  recipe: t('Recipe taken over from its edited file'),
}

/** "temperature 1 → 0.8", or the command's name. */
export function whatChanged(event: SteeringEvent): string {
  if (event.kind === 'fork' && event.detail)
    return t('Fork of #{{run}}{{length}}', {
      run: event.detail.run,
      length: event.detail.assignments?.length ? `: ${list(event.detail.assignments)}` : '',
    })
  if (event.kind === 'roll-back' && event.detail)
    return t('Roll back: steps {{effectiveStep}} to {{requestedStep}} abandoned (#{{run}})', {
      effectiveStep: event.effectiveStep,
      requestedStep: event.requestedStep,
      run: event.detail.run,
    })
  if (event.kind === 'skip-stage') return t('Skip stage {{stage}}', { stage: (event.detail?.stage ?? 0) + 1 })
  if (event.kind === 'insert-stage')
    return t('Insert {{name}} as stage {{stage}}', {
      name: event.detail?.insert?.name,
      stage: (event.detail?.stage ?? 0) + 1,
    })
  if (event.kind !== 'set') return names[event.kind]
  const changes = changedKnobs(event).map(({ name, label, from, to }) => {
    const shown = (value: number) => knobWord(name, value) ?? plain(value)
    return `${label} ${from === undefined ? '' : `${shown(from)} `}→ ${shown(to)}`
  })
  return list(changes)
}

/** "from step 113", "asked at step 112", "refused". */
export function whenInForce(event: SteeringEvent): string {
  if (event.refused !== null) return t('refused')
  if (event.effectiveStep === null)
    return t('asked after step {{requestedStep}}', { requestedStep: event.requestedStep })
  return event.kind === 'pause' || event.kind === 'stop'
    ? t('after step {{max}}', { max: Math.max(0, event.effectiveStep - 1) })
    : t('from step {{effectiveStep}}', { effectiveStep: event.effectiveStep })
}
