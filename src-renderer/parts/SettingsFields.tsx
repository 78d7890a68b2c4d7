import { TextInput } from '@mantine/core'
import { knobs, refusal } from '../../src-main/contract/knobs.ts'
import type { NumberSettingName } from '../../src-main/contract/number-settings.ts'
import { plain, typed } from '../format/number.ts'
import styles from './LaunchDialog.module.css'

/** Settings offered when a run begins; a recipe file names the rest. */
export const offered: NumberSettingName[] = [
  'temperature',
  'learningRate',
  'beta',
  'groupSize',
  'promptsPerStep',
  'maxCompletionTokens',
]

/** What was typed; empty is nothing asked. */
export type Wishes = Partial<Record<NumberSettingName, string>>

const problemOf = (wishes: Wishes, setting: NumberSettingName) =>
  wishes[setting]?.trim() ? refusal(setting, typed(wishes[setting])) : undefined

export const hasProblems = (wishes: Wishes) => offered.some((setting) => problemOf(wishes, setting))

export function valuesOf(wishes: Wishes): Partial<Record<NumberSettingName, number>> {
  const asked = offered.filter((setting) => wishes[setting]?.trim())
  return Object.fromEntries(asked.map((setting) => [setting, typed(wishes[setting] as string)]))
}

interface Props {
  legend: string
  wishes: Wishes
  /** What holds where nothing is asked, in words. */
  inForce: (setting: NumberSettingName) => string | undefined
  onChange: (change: (before: Wishes) => Wishes) => void
}

export function SettingsFields({ legend, wishes, inForce, onChange }: Props) {
  return (
    <fieldset className={styles.settings}>
      <legend>{legend}</legend>
      {offered.map((setting) => {
        const knob = knobs.find((k) => k.name === setting)
        return (
          knob && (
            <TextInput
              key={setting}
              label={knob.label}
              inputMode="decimal"
              placeholder={inForce(setting) ?? plain(knob.default)}
              rightSection={knob.unit ? <span className={styles.unit}>{knob.unit}</span> : undefined}
              rightSectionWidth={knob.unit ? '4.5rem' : undefined}
              value={wishes[setting] ?? ''}
              error={problemOf(wishes, setting)}
              onChange={(event) => {
                const text = event.currentTarget.value
                onChange((before) => ({ ...before, [setting]: text }))
              }}
            />
          )
        )
      })}
    </fieldset>
  )
}
