import { setDraft } from '../../../stores/steer.ts'
import styles from './Knob.module.css'
import type { KnobView } from './useKnob.ts'

interface KnobFieldProps {
  view: KnobView
  id: string
  disabled: boolean
  /** Where no label is beside it. */
  label?: string
}

/** What is typed or chosen for a knob. `ID-state` and `ID-problem` tell what comes of it. */
export function KnobField({
  view: { knob, drafted, text, value, settled, problem },
  id,
  disabled,
  label,
}: KnobFieldProps) {
  if (knob.choices)
    return (
      <select
        id={id}
        aria-label={label}
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
    )
  return (
    <input
      id={id}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      placeholder="–"
      aria-label={label}
      className={styles.number}
      value={text}
      disabled={disabled}
      aria-invalid={problem !== undefined}
      aria-describedby={problem ? `${id}-problem` : `${id}-state`}
      onChange={(event) => setDraft(knob.name, event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => drafted && value === settled && setDraft(knob.name, null)}
    />
  )
}
