import { Select } from '@mantine/core'
import { compact } from '../format/number.ts'
import { useRuns } from '../stores/use.ts'
import { t } from '../text/t.ts'

/** Which run a page is about. @param value its id; null: none yet */
export function RunChoice({ value, onChange }: { value: string | null; onChange(runId: string): void }) {
  const { runs } = useRuns()
  return (
    <Select
      aria-label={t('Run')}
      size="xs"
      searchable
      allowDeselect={false}
      value={value}
      data={(runs ?? []).map(({ id, number, name, step }) => ({
        value: id,
        label: t('#{{number}} {{name}}, {{steps}} steps', { number, name, steps: compact(step) }),
      }))}
      onChange={(wanted) => wanted && onChange(wanted)}
      placeholder={runs?.length === 0 ? t('no run yet') : ''}
    />
  )
}
