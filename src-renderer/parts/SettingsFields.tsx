import { TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { outOfRange } from '../../src-main/contract/knobs.ts'
import { type NumberSetting, type NumberSettingName, numberSettings } from '../../src-main/contract/number-settings.ts'
import { plain, typed } from '../format/number.ts'
import { t } from '../text/t.ts'
import { hint } from './hint.ts'
import styles from './LaunchDialog.module.css'

const table: Record<NumberSettingName, NumberSetting> = numberSettings
const names = Object.keys(table) as NumberSettingName[]

/** Settings that most runs are begun with; the others are folded away. */
const first: readonly NumberSettingName[] = [
  'temperature',
  'learningRate',
  'beta',
  'groupSize',
  'promptsPerStep',
  'maxCompletionTokens',
]

/** What was typed; empty is nothing asked. */
export type Wishes = Partial<Record<NumberSettingName, string>>

const asked = (wishes: Wishes) => names.filter((setting) => wishes[setting]?.trim())

const problemOf = (wishes: Wishes, setting: NumberSettingName) =>
  wishes[setting]?.trim() ? outOfRange(table[setting], typed(wishes[setting])) : undefined

export const hasProblems = (wishes: Wishes) => names.some((setting) => problemOf(wishes, setting))

export const valuesOf = (wishes: Wishes): Partial<Record<NumberSettingName, number>> =>
  Object.fromEntries(asked(wishes).map((setting) => [setting, typed(wishes[setting] as string)]))

/** The setting that an assignment `name=value` is of, where it has a field. */
export const fieldOf = (assignment: string): NumberSettingName | undefined =>
  names.find((setting) => assignment.startsWith(`${setting}=`))

interface Props {
  legend: string
  wishes: Wishes
  /** What holds where nothing is asked, in words. */
  inForce: (setting: NumberSettingName) => string | undefined
  onChange: (change: (before: Wishes) => Wishes) => void
  /** Of the settings, those that can be given here. */
  offered?: (setting: NumberSetting) => boolean
}

export function SettingsFields({ offered = () => true, ...props }: Props) {
  const others = names.filter((setting) => !first.includes(setting) && offered(table[setting]))
  return (
    <fieldset className={styles.fields}>
      <legend>{props.legend}</legend>
      <div className={styles.settings}>
        {first
          .filter((setting) => offered(table[setting]))
          .map((setting) => (
            <Field key={setting} setting={setting} {...props} />
          ))}
      </div>
      <Others settings={others} {...props} />
    </fieldset>
  )
}

function Others({ settings, ...props }: Props & { settings: NumberSettingName[] }) {
  const given = asked(props.wishes).filter((setting) => settings.includes(setting)).length
  const [open, setOpen] = useState(false)
  const [text, setText] = useState('')
  const words = text.toLowerCase().split(/\s+/)
  const shown = settings.filter((setting) => {
    const { label, effect } = table[setting]
    const about = `${setting} ${label} ${effect} ${t(label)} ${t(effect)}`.toLowerCase()
    return words.every((word) => about.includes(word))
  })
  return (
    <details className={styles.others} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {t('All settings')}{' '}
        <span>
          {given > 0
            ? t('{{given}} of {{settings}} more given', { given, settings: settings.length })
            : t('{{settings}} more', { settings: settings.length })}
        </span>
      </summary>
      {open && (
        <>
          <TextInput
            aria-label={t('Find a setting')}
            placeholder={t('clip, entropy, length, samples …')}
            size="xs"
            leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <div className={styles.settings}>
            {shown.map((setting) => (
              <Field key={setting} setting={setting} {...props} />
            ))}
          </div>
          {shown.length === 0 && <p className={styles.turn}>{t('No setting is called or does that.')}</p>}
        </>
      )}
    </details>
  )
}

function Field({ setting, wishes, inForce, onChange }: Props & { setting: NumberSettingName }) {
  const { label, default: usual } = table[setting]
  const unit = table[setting].unit && t(table[setting].unit)
  return (
    <span {...hint(aboutSetting(table[setting]))}>
      <TextInput
        label={t(label)}
        inputMode="decimal"
        placeholder={inForce(setting) ?? plain(usual)}
        rightSection={unit ? <span className={styles.unit}>{unit}</span> : undefined}
        rightSectionWidth={unit ? (unit.length > 10 ? '7.5rem' : '4.5rem') : undefined}
        value={wishes[setting] ?? ''}
        error={problemOf(wishes, setting)}
        onChange={(event) => {
          const text = event.currentTarget.value
          onChange((before) => ({ ...before, [setting]: text }))
        }}
      />
    </span>
  )
}

/** What it does, from where to where it goes, and what was published. */
function aboutSetting({ effect, min, max, unit, paper, default: usual }: NumberSetting): string {
  const range = t('{{min}} to {{max}}', { min: plain(min), max: `${plain(max)}${unit ? ` ${t(unit)}` : ''}` })
  const values =
    paper === undefined ? { range, usual: plain(usual) } : { range, usual: plain(usual), paper: plain(paper) }
  return `${t(effect)} ${paper === undefined ? t('{{range}}, usually {{usual}}.', values) : t('{{range}}, usually {{usual}}; R1-Zero: {{paper}}.', values)}`
}
