import { compact, plain } from '../../../format/number.ts'
import { useNewestStep } from '../data.ts'
import type { KnobView } from './useKnob.ts'

const limit = (value: number) => (Math.abs(value) >= 10_000 ? compact(value) : plain(value))

/** The only word of a knob that changes with every step. */
function NextStep() {
  return <>step {useNewestStep() + 1}</>
}

/** Range and unit while nothing happens; else what is in force, what is asked, and from which step. */
export function KnobState({ view: { state, knob, inForce, value, settled, fresh } }: { view: KnobView }) {
  const shown = (one: number) => knob.choices?.[one] ?? plain(one)
  switch (state) {
    case 'draft':
      return (
        <span>
          {shown(inForce)} → <b>{shown(value)}</b> from <NextStep /> ↵
        </span>
      )
    case 'pending':
      return (
        <span>
          {shown(inForce)} now, <b>{shown(settled)}</b> from <NextStep />
        </span>
      )
    case 'fresh':
      return (
        <span>
          <b>{shown(inForce)}</b> in force from step {fresh}
        </span>
      )
    default:
      return (
        <span>
          {limit(knob.min)} to {limit(knob.max)} {knob.unit}
          {knob.paper !== undefined && <span className="hidden-text"> paper: {plain(knob.paper)}</span>}
        </span>
      )
  }
}
