/** The stages of a run that were changed by hand while it went: what comes after the stage that it is in. */
import type { SteeringEvent } from './records.ts'
import type { Stage } from './stages.ts'

export const planKinds = ['repeat-stage', 'skip-stage', 'insert-stage'] as const
export type PlanKind = (typeof planKinds)[number]

type PlanEvent = Pick<SteeringEvent, 'kind' | 'detail'>

export const isPlanned = (kind: string): kind is PlanKind => (planKinds as readonly string[]).includes(kind)

/**
 * @param current stage that the run is in: a repeat comes right after it
 * @returns the stages from then on; those up to the current one are what they were
 * @throws RangeError for a place that is not after the current stage
 */
export function replanned(stages: readonly Stage[], current: number, { kind, detail }: PlanEvent): Stage[] {
  if (kind === 'repeat-stage')
    return inserted(stages, current + 1, { ...stages[current], name: again(stages, current) })
  const at = detail?.stage ?? -1
  const last = kind === 'skip-stage' ? stages.length - 1 : stages.length
  if (at <= current || at > last) throw new RangeError(`stage ${at + 1} is not to come`)
  return kind === 'skip-stage' ? stages.filter((_, i) => i !== at) : inserted(stages, at, detail!.insert!)
}

/** The plan after the events that came into force up to a step. Each knows the place at which it did. */
export function plannedAt(stages: readonly Stage[], events: readonly SteeringEvent[], step: number): Stage[] {
  return events
    .filter(
      ({ kind, effectiveStep, refused }) =>
        isPlanned(kind) && refused === null && effectiveStep !== null && effectiveStep <= step,
    )
    .reduce<Stage[]>((plan, event) => replanned(plan, event.detail?.current ?? 0, event), [...stages])
}

function inserted(stages: readonly Stage[], at: number, stage: Stage): Stage[] {
  return [...stages.slice(0, at), stage, ...stages.slice(at)]
}

/** Its name with a count that no other stage has. */
function again(stages: readonly Stage[], current: number): string {
  const name = stages[current].name.replace(/ \(\d+\)$/, '').slice(0, 50)
  for (let i = 2; ; i++) if (!stages.some((stage) => stage.name === `${name} (${i})`)) return `${name} (${i})`
}
