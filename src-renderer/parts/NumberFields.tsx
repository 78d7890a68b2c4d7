import { NumberInput } from '@mantine/core'

export interface NumberField<Name extends string> {
  name: Name
  label: string
  min: number
  max: number
  step: number
  /** What it does, in some words. */
  about: string
  /** Empty means something: it is null then. */
  optional?: boolean
}

interface NumberFieldsProps<Name extends string> {
  fields: readonly NumberField<Name>[]
  values: Record<Name, number | null>
  /** Hears of values within the range alone. */
  onChange: (name: Name, value: number | null) => void
}

export function NumberFields<Name extends string>({ fields, values, onChange }: NumberFieldsProps<Name>) {
  return fields.map(({ name, label, min, max, step, about, optional }) => (
    <NumberInput
      key={name}
      label={label}
      description={about}
      size="xs"
      min={min}
      max={max}
      step={step}
      clampBehavior="blur"
      value={values[name] ?? ''}
      onChange={(value) => {
        if (optional && value === '') onChange(name, null)
        if (typeof value === 'number' && value >= min && value <= max) onChange(name, value)
      }}
    />
  ))
}
