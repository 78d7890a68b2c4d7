import { Select } from '@mantine/core'
import { abscissae, type Over } from '../charts/abscissa.ts'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { hint } from './hint.ts'

const names: Record<Over, string> = { steps: t('over steps'), time: t('over time'), tokens: t('over tokens') }

/** What all charts run over: steps, time of training without pauses, or tokens learnt from. */
export function OverChoice() {
  const over = useView((v) => v.over)
  return (
    <span {...hint(t('Steps, time of training without pauses, or tokens (A)'), 'bottom')}>
      <Select
        aria-label={t('Charts run over')}
        size="xs"
        w="7.25rem"
        allowDeselect={false}
        value={over}
        data={abscissae.map((value) => ({ value, label: names[value] }))}
        onChange={(value) => viewStore.setState({ over: (value as Over | null) ?? 'steps' })}
      />
    </span>
  )
}
