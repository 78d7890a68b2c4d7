import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconRegex, IconSearch } from '@tabler/icons-react'
import { traceSorts } from '../../../src-main/contract/traces.ts'
import { typed } from '../../format/number.ts'
import { hint } from '../../parts/hint.ts'
import { emptyFilters, type TraceFilter, type TraceFilters } from '../../stores/route.ts'
import styles from './Page.module.css'

const sortNames: Record<(typeof traceSorts)[number], string> = {
  newest: 'newest first',
  oldest: 'oldest first',
  reward: 'highest reward',
  '-reward': 'lowest reward',
  advantage: 'highest advantage',
  '-advantage': 'lowest advantage',
  tokens: 'longest',
  '-tokens': 'shortest',
}

const ranges: { label: string; from: TraceFilter; to: TraceFilter }[] = [
  { label: 'reward', from: 'minReward', to: 'maxReward' },
  { label: 'tokens', from: 'minTokens', to: 'maxTokens' },
  { label: 'steps', from: 'fromStep', to: 'toStep' },
]

interface Props {
  filters: TraceFilters
  onChange(part: Partial<TraceFilters>): void
}

export function Filters({ filters, onChange }: Props) {
  const regex = filters.regex === '1'
  const changed = Object.values(filters).some((value) => value !== '')
  return (
    <search className={styles.filters}>
      <TextInput
        aria-label="Text in the completion"
        placeholder={regex ? 'a pattern, such as [Ww]ait.*\\d+=\\d+' : 'text in the completion'}
        className={styles.text}
        size="xs"
        data-autofocus
        leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
        rightSection={
          <ActionIcon
            {...hint('Regular expression: letters count as written; no lookahead or backreference')}
            size="sm"
            variant={regex ? 'light' : 'subtle'}
            color={regex ? 'violet' : 'gray'}
            aria-label="Regular expression"
            aria-pressed={regex}
            onClick={() => onChange({ regex: regex ? '' : '1' })}
          >
            <IconRegex size="0.875rem" aria-hidden="true" />
          </ActionIcon>
        }
        value={filters.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      <TextInput
        aria-label="Text in the prompt"
        placeholder="text in the prompt"
        size="xs"
        value={filters.prompt}
        onChange={(event) => onChange({ prompt: event.currentTarget.value })}
      />
      <Choice
        label="Right or wrong"
        value={filters.right}
        data={[
          ['', 'right or wrong'],
          ['1', 'right'],
          ['0', 'wrong'],
        ]}
        onChange={(right) => onChange({ right })}
      />
      <Choice
        label="How it ended"
        value={filters.finish}
        data={[
          ['', 'ended or cut'],
          ['stop', 'ended by itself'],
          ['length', 'cut at the limit'],
        ]}
        onChange={(finish) => onChange({ finish })}
      />
      <TextInput
        aria-label="Label"
        placeholder="label, * for any"
        size="xs"
        w="8rem"
        maxLength={60}
        value={filters.label}
        onChange={(event) => onChange({ label: event.currentTarget.value })}
      />
      {ranges.map(({ label, from, to }) => (
        <span key={label} className={styles.range} role="group" aria-label={label}>
          {label}
          <Bound label={`${label} from`} value={filters[from]} onChange={(value) => onChange({ [from]: value })} />–
          <Bound label={`${label} to`} value={filters[to]} onChange={(value) => onChange({ [to]: value })} />
        </span>
      ))}
      <Choice
        label="Order"
        value={filters.sort || 'newest'}
        data={traceSorts.map((sort) => [sort, sortNames[sort]])}
        onChange={(sort) => onChange({ sort: sort === 'newest' ? '' : sort })}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        disabled={!changed}
        onClick={() => onChange(emptyFilters)}
      >
        Clear
      </Button>
    </search>
  )
}

function Choice(props: { label: string; value: string; data: [string, string][]; onChange(value: string): void }) {
  return (
    <Select
      aria-label={props.label}
      size="xs"
      w="9rem"
      allowDeselect={false}
      value={props.value}
      data={props.data.map(([value, label]) => ({ value, label }))}
      onChange={(value) => props.onChange(value ?? '')}
    />
  )
}

function Bound({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  const wrong = value.trim() !== '' && !Number.isFinite(typed(value))
  return (
    <TextInput
      aria-label={label}
      size="xs"
      w="3.5rem"
      inputMode="decimal"
      error={wrong}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
