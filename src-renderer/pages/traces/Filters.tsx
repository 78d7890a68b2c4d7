import { ActionIcon, Button, Select, TextInput } from '@mantine/core'
import { IconRegex, IconSearch } from '@tabler/icons-react'
import { rewardTable } from '../../../src-main/contract/rewards.ts'
import { traceSorts, unknownLanguage } from '../../../src-main/contract/traces.ts'
import { typed } from '../../format/number.ts'
import { hint } from '../../parts/hint.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { emptyFilters, type TraceFilter, type TraceFilters } from '../../stores/route.ts'
import { languageName } from '../../text/languages.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const sortNames = (): Record<(typeof traceSorts)[number], string> => ({
  newest: t('newest first'),
  oldest: t('oldest first'),
  reward: t('highest reward'),
  '-reward': t('lowest reward'),
  advantage: t('highest advantage'),
  '-advantage': t('lowest advantage'),
  tokens: t('longest'),
  '-tokens': t('shortest'),
  prompt: t('prompts from Z'),
  '-prompt': t('prompts from A'),
  right: t('right ones first'),
  '-right': t('wrong ones first'),
})

const ranges = (): { label: string; from: TraceFilter; to: TraceFilter }[] => [
  { label: t('reward'), from: 'minReward', to: 'maxReward' },
  { label: t('tokens'), from: 'minTokens', to: 'maxTokens' },
  { label: t('steps'), from: 'fromStep', to: 'toStep' },
]

interface Props {
  runId: string | null
  filters: TraceFilters
  onChange(part: Partial<TraceFilters>): void
}

export function Filters({ runId, filters, onChange }: Props) {
  const stages = useStages(runId)
  const regex = filters.regex === '1'
  const changed = Object.values(filters).some((value) => value !== '')
  return (
    <search className={styles.filters}>
      <TextInput
        aria-label={t('Text in the completion')}
        placeholder={
          regex ? t('a pattern, such as {{example}}', { example: '[Ww]ait.*\\d+=\\d+' }) : t('text in the completion')
        }
        className={styles.text}
        size="xs"
        data-autofocus
        leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
        rightSection={
          <ActionIcon
            {...hint(t('Regular expression: letters count as written; no lookahead or backreference'))}
            size="sm"
            variant={regex ? 'light' : 'subtle'}
            color={regex ? 'violet' : 'gray'}
            aria-label={t('Regular expression')}
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
        aria-label={t('Text in the prompt')}
        placeholder={t('text in the prompt')}
        size="xs"
        value={filters.prompt}
        onChange={(event) => onChange({ prompt: event.currentTarget.value })}
      />
      <Choice
        label={t('Right or wrong')}
        value={filters.right}
        data={[
          ['', t('right or wrong')],
          ['1', t('right')],
          ['0', t('wrong')],
        ]}
        onChange={(right) => onChange({ right })}
      />
      <Choice
        label={t('How it ended')}
        value={filters.finish}
        data={[
          ['', t('ended or cut')],
          ['stop', t('ended by itself')],
          ['length', t('cut at the limit')],
        ]}
        onChange={(finish) => onChange({ finish })}
      />
      <Choice
        label={t('Language')}
        value={filters.language}
        data={languageChoices()}
        onChange={(language) => onChange({ language })}
      />
      {stages.length > 1 && (
        <Choice
          label={t('Stage')}
          value={filters.stage}
          data={[['', t('every stage')], ...stages]}
          onChange={(stage) => onChange({ stage })}
        />
      )}
      <TextInput
        aria-label={t('Label')}
        placeholder={t('label, * for any')}
        size="xs"
        w="8rem"
        maxLength={60}
        value={filters.label}
        onChange={(event) => onChange({ label: event.currentTarget.value })}
      />
      {ranges().map(({ label, from, to }) => (
        <span key={label} className={styles.range} role="group" aria-label={label}>
          {label}
          <Bound
            label={t('{{what}} from', { what: label })}
            value={filters[from]}
            onChange={(value) => onChange({ [from]: value })}
          />
          –
          <Bound
            label={t('{{what}} to', { what: label })}
            value={filters[to]}
            onChange={(value) => onChange({ [to]: value })}
          />
        </span>
      ))}
      <Choice
        label={t('Order')}
        value={filters.sort || 'newest'}
        data={traceSorts.map((sort) => [sort, sortNames()[sort]])}
        onChange={(sort) => onChange({ sort: sort === 'newest' ? '' : sort })}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        disabled={!changed}
        onClick={() => onChange(emptyFilters)}
      >
        {t('Clear')}
      </Button>
    </search>
  )
}

/** The languages that rewards know, and what else may be said of one. */
function languageChoices(): [string, string][] {
  return [
    ['', t('every language')],
    ...rewardTable.language.parameters.target.values.map((code): [string, string] => [code, languageName(code)]),
    ['und', t('cannot be told')],
    [unknownLanguage, t('not known')],
  ]
}

/** Of the run, by their places in its plan. */
function useStages(runId: string | null): [string, string][] {
  const { data } = useResource(runId, () => api().runs.get({ runId: runId as string }))
  return (data?.stages ?? []).map(({ stage, name }) => [String(stage), `${stage + 1} ${name}`])
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
