import { Trans } from 'react-i18next'
import { compact, plain } from '../../../format/number.ts'
import { t } from '../../../text/t.ts'
import { useNewestStep } from '../data.ts'
import type { KnobView } from './useKnob.ts'

const limit = (value: number) => (Math.abs(value) >= 10_000 ? compact(value) : plain(value))

/** The only word of a knob that changes with every step. */
function NextStep() {
  return <>{t('step {{step}}', { step: useNewestStep() + 1 })}</>
}

/** Range and unit while nothing happens; else what is in force, what is asked, and from which step. */
export function KnobState({ view: { state, knob, inForce, value, settled, fresh } }: { view: KnobView }) {
  const shown = (one: number) => knob.choices?.[one] ?? plain(one)
  switch (state) {
    case 'draft':
      return (
        <span>
          <Trans
            i18nKey="{{now}} → <b>{{value}}</b> from <next/> ↵"
            values={{ now: shown(inForce), value: shown(value) }}
            components={{ b: <b />, next: <NextStep /> }}
          />
        </span>
      )
    case 'pending':
      return (
        <span>
          <Trans
            i18nKey="{{now}} now, <b>{{value}}</b> from <next/>"
            values={{ now: shown(inForce), value: shown(settled) }}
            components={{ b: <b />, next: <NextStep /> }}
          />
        </span>
      )
    case 'fresh':
      return (
        <span>
          <Trans
            i18nKey="<b>{{value}}</b> in force from step {{step}}"
            values={{ value: shown(inForce), step: fresh }}
            components={{ b: <b /> }}
          />
        </span>
      )
    default:
      return (
        <span>
          {Number.isNaN(inForce) && <>{t('not delivered')} · </>}
          {t('{{min}} to {{max}}', { min: limit(knob.min), max: limit(knob.max) })} {knob.unit && t(knob.unit)}
          {knob.paper !== undefined && (
            <span className="hidden-text"> {t('paper: {{value}}', { value: plain(knob.paper) })}</span>
          )}
        </span>
      )
  }
}
