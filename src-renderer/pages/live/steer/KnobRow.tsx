import { type CSSProperties, type KeyboardEvent, memo, useId } from 'react'
import { useStore } from 'zustand'
import { type Knob, refusal } from '../../../../src-main/contract/knobs.ts'
import { compact, plain, typed } from '../../../format/number.ts'
import { hint } from '../../../parts/hint.ts'
import { applyDrafts } from '../../../stores/drafts.ts'
import { setDraft, steerStore } from '../../../stores/steer.ts'
import { useNewestStep } from '../data.ts'
import styles from './Knob.module.css'
import { Sparkline } from './Sparkline.tsx'
import { positionOf, valueAt } from './scale.ts'

export interface KnobRowProps {
  knob: Knob
  inForce: number
  /** Asked of the engine, not yet in force. */
  pending: number | undefined
  history: { step: number; value: number }[]
  disabled: boolean
}

export const KnobRow = memo(function KnobRow({ knob, inForce, pending, history, disabled }: KnobRowProps) {
  const id = useId()
  const draft = useStore(steerStore, (s) => s.drafts[knob.name])
  const fresh = useStore(steerStore, (s) => s.fresh[knob.name])
  const settled = pending ?? inForce
  const text = draft ?? plain(settled)
  const value = typed(text)
  const problem =
    draft === undefined ? undefined : Number.isNaN(value) ? `“${draft}” is not a number.` : refusal(knob.name, value)
  const changed = draft !== undefined && value !== settled
  const state = problem ? 'wrong' : changed ? 'draft' : pending !== undefined ? 'pending' : fresh ? 'fresh' : 'calm'

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      void applyDrafts(knob.name)
    } else if (event.key === 'Escape' && draft !== undefined) {
      event.preventDefault()
      setDraft(knob.name, null)
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter and Escape of the two fields inside
    <div className={styles.knob} data-knob={knob.name} data-state={state} onKeyDown={onKeyDown}>
      <div className={styles.top}>
        <label className={styles.label} htmlFor={id} {...hint(knob.effect, 'left')}>
          {knob.label}
        </label>
        <span className={styles.aside} id={`${id}-state`}>
          <KnobState state={state} knob={knob} inForce={inForce} value={value} settled={settled} fresh={fresh} />
          <Sparkline knob={knob} points={history} />
        </span>
      </div>
      {knob.choices ? (
        <select
          id={id}
          className={styles.choice}
          value={value}
          disabled={disabled}
          aria-describedby={`${id}-state`}
          onChange={(event) => setDraft(knob.name, event.currentTarget.value)}
        >
          {knob.choices.map((choice, i) => (
            <option key={choice} value={i}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <>
          <input
            id={id}
            type="text"
            inputMode="decimal"
            autoComplete="off"
            spellCheck={false}
            className={styles.number}
            value={text}
            disabled={disabled}
            aria-invalid={problem !== undefined}
            aria-describedby={problem ? `${id}-problem` : `${id}-state`}
            onChange={(event) => setDraft(knob.name, event.currentTarget.value)}
            onFocus={(event) => event.currentTarget.select()}
            onBlur={() => draft !== undefined && !problem && !changed && setDraft(knob.name, null)}
          />
          <div
            className={styles.slide}
            style={
              {
                '--paper': knob.paper === undefined ? undefined : positionOf(knob, knob.paper),
                '--force': positionOf(knob, inForce),
                '--at': positionOf(knob, problem ? settled : value),
              } as CSSProperties
            }
          >
            <i className={styles.track} aria-hidden="true" />
            {knob.paper !== undefined && (
              <i className={styles.paper} aria-hidden="true" title={`paper: ${plain(knob.paper)}`} />
            )}
            {(changed || pending !== undefined) && <i className={styles.force} aria-hidden="true" />}
            <input
              type="range"
              className={styles.range}
              min={0}
              max={100}
              step={1}
              value={Math.round(100 * positionOf(knob, problem ? settled : value))}
              disabled={disabled}
              aria-label={`${knob.label}, slider`}
              aria-valuetext={`${plain(problem ? settled : value)}${knob.unit ? ` ${knob.unit}` : ''}`}
              onChange={(event) => setDraft(knob.name, plain(valueAt(knob, Number(event.currentTarget.value) / 100)))}
            />
          </div>
        </>
      )}
      {problem && (
        <p className={styles.problem} id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  )
})

interface KnobStateProps {
  state: 'wrong' | 'draft' | 'pending' | 'fresh' | 'calm'
  knob: Knob
  inForce: number
  value: number
  settled: number
  fresh: number | undefined
}

const limit = (value: number) => (Math.abs(value) >= 10_000 ? compact(value) : plain(value))

/** The only word of a knob that changes with every step. */
function NextStep() {
  return <>step {useNewestStep() + 1}</>
}

/** Range and unit while nothing happens; else what is in force, what is asked, and from which step. */
function KnobState({ state, knob, inForce, value, settled, fresh }: KnobStateProps) {
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
      if (knob.choices) return null
      return (
        <span>
          {limit(knob.min)} to {limit(knob.max)} {knob.unit}
          {knob.paper !== undefined && <span className="hidden-text"> paper: {plain(knob.paper)}</span>}
        </span>
      )
  }
}
