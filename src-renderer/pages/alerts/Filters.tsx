import { SegmentedControl, Select } from '@mantine/core'
import { alertKinds } from '../../../src-main/contract/alert-kinds.ts'
import type { AlertList } from '../../../src-main/contract/alerts.ts'
import type { AlertFilters } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** Which alerts: each choice says how many there are. */
export function Filters(props: {
  filters: AlertFilters
  list: AlertList | null
  onChange(part: Partial<AlertFilters>): void
}) {
  const { filters, list, onChange } = props
  const kinds = (list?.kinds ?? []).map(({ kind, count }) => ({
    value: kind as string,
    label: `${t(alertKinds[kind]?.label ?? kind)} (${count})`,
  }))
  const runs = (list?.runs ?? []).map(({ number, name, count }) => ({
    value: String(number),
    label: `#${number} ${name} (${count})`,
  }))
  return (
    <search className={styles.tools} aria-label={t('Which alerts')}>
      <SegmentedControl
        aria-label={t('Seen or not')}
        size="xs"
        value={filters.seen === 'no' ? 'no' : ''}
        data={[
          { value: '', label: t('All') },
          { value: 'no', label: t('Not seen') },
        ]}
        onChange={(seen) => onChange({ seen })}
      />
      <Select
        aria-label={t('Kind')}
        placeholder={t('Every kind')}
        size="xs"
        w="14rem"
        clearable
        searchable
        nothingFoundMessage={t('No kind by that name.')}
        value={filters.kind || null}
        data={withChosen(kinds, filters.kind)}
        onChange={(kind) => onChange({ kind: kind ?? '' })}
        clearButtonProps={{ 'aria-label': t('Every kind') }}
      />
      <Select
        aria-label={t('Run')}
        placeholder={t('Every run')}
        size="xs"
        w="18rem"
        clearable
        searchable
        nothingFoundMessage={t('No run by that name has alerts.')}
        value={filters.run || null}
        data={withChosen(runs, filters.run)}
        onChange={(run) => onChange({ run: run ?? '' })}
        clearButtonProps={{ 'aria-label': t('Every run') }}
      />
    </search>
  )
}

/** What the address names is shown as chosen, also where there is none of it. */
const withChosen = (choices: { value: string; label: string }[], chosen: string) =>
  chosen === '' || choices.some(({ value }) => value === chosen)
    ? choices
    : [...choices, { value: chosen, label: chosen }]
