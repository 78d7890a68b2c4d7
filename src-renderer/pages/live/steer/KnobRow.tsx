import { type CSSProperties, memo, useId } from 'react'
import { plain } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { setDraft } from '../../../stores/steer.ts'
import { t } from '../../../text/t.ts'
import styles from './Knob.module.css'
import { KnobField } from './KnobField.tsx'
import { KnobState } from './KnobState.tsx'
import { Sparkline } from './Sparkline.tsx'
import { positionOf, valueAt } from './scale.ts'
import { type KnobProps, knobKeys, useKnob } from './useKnob.ts'

export interface KnobRowProps extends KnobProps {
  history: { step: number; value: number }[]
  disabled: boolean
}

export const KnobRow = memo(function KnobRow({ knob, inForce, pending, history, disabled }: KnobRowProps) {
  const id = useId()
  const view = useKnob({ knob, inForce, pending })
  const { state, value, settled, problem } = view
  const shown = problem ? settled : value
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter and Escape of the two fields inside
    <div className={styles.knob} data-knob={knob.name} data-state={state} onKeyDown={knobKeys(view)}>
      <div className={styles.top}>
        <label className={styles.label} htmlFor={id} {...hint(t(knob.effect), 'left')}>
          {t(knob.label)}
        </label>
        <span className={styles.aside} id={`${id}-state`}>
          <KnobState view={view} />
          <Sparkline knob={knob} points={history} />
        </span>
      </div>
      <KnobField view={view} id={id} disabled={disabled} />
      {!Number.isNaN(shown) && (
        <div
          className={styles.slide}
          style={
            {
              '--paper': knob.paper === undefined ? undefined : positionOf(knob, knob.paper),
              '--force': positionOf(knob, Number.isNaN(inForce) ? shown : inForce),
              '--at': positionOf(knob, shown),
            } as CSSProperties
          }
        >
          <i className={styles.track} aria-hidden="true" />
          {knob.paper !== undefined && (
            <i
              className={styles.paper}
              aria-hidden="true"
              title={t('paper: {{paper}}', { paper: plain(knob.paper) })}
            />
          )}
          {(state === 'draft' || pending !== undefined) && <i className={styles.force} aria-hidden="true" />}
          <input
            type="range"
            className={styles.range}
            min={0}
            max={100}
            step={1}
            value={Math.round(100 * positionOf(knob, shown))}
            disabled={disabled}
            aria-label={t('{{knob}}, slider', { knob: t(knob.label) })}
            aria-valuetext={`${plain(shown)}${knob.unit ? ` ${t(knob.unit)}` : ''}`}
            onChange={(event) => setDraft(knob.name, plain(valueAt(knob, Number(event.currentTarget.value) / 100)))}
          />
        </div>
      )}
      {problem && (
        <p className={styles.problem} id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
})
