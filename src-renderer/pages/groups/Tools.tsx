import { Button, Select, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { type GroupColour, type GroupSignal, groupColours, groupSignals } from '../../stores/group-list.ts'
import { groupsPageStore } from '../../stores/groups-page.ts'
import { t } from '../../text/t.ts'
import { colourOf, useList } from './data.ts'
import { Legend } from './Legend.tsx'
import styles from './Page.module.css'

const signalNames = (): Record<GroupSignal, string> => ({
  '': t('with and without signal'),
  some: t('taught something'),
  none: t('never taught anything'),
  right: t('right each time'),
  wrong: t('wrong each time'),
})

export const colourNames = (): Record<GroupColour, string> => ({
  mean: t('mean reward'),
  spread: t('spread of rewards'),
  solved: t('share of right answers'),
})

/** Which prompts, and what colours them; the columns sort. */
export function Tools() {
  const { list, change } = useList()
  const { prompts, figures } = useStore(groupsPageStore)
  const kinds = useMemo(() => [...new Set(prompts.map(({ kind }) => kind))].sort(), [prompts])
  const counts = useMemo(
    () => ({
      right: prompts.filter(({ always }) => always === 'right').length,
      wrong: prompts.filter(({ always }) => always === 'wrong').length,
      none: prompts.filter(({ silent }) => silent === 1).length,
    }),
    [prompts],
  )
  const nameOf = (signal: GroupSignal) =>
    signal in counts ? `${signalNames()[signal]}: ${counts[signal as keyof typeof counts]}` : signalNames()[signal]
  const filtered = list.text !== '' || list.kind !== '' || list.signal !== ''
  return (
    <search className={styles.tools}>
      <TextInput
        aria-label={t('Text in the prompt')}
        placeholder={t('text in the prompt')}
        size="xs"
        leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
        value={list.text}
        onChange={(event) => change({ text: event.currentTarget.value })}
      />
      <Select
        aria-label={t('Kind')}
        size="xs"
        w="9rem"
        allowDeselect={false}
        value={kinds.includes(list.kind) ? list.kind : ''}
        data={[
          { value: '', label: t('every kind') },
          ...kinds.filter(Boolean).map((kind) => ({ value: kind, label: t(kind) })),
        ]}
        onChange={(kind) => change({ kind: kind ?? '' })}
      />
      <Select
        aria-label={t('Signal')}
        size="xs"
        w="13rem"
        allowDeselect={false}
        value={groupSignals.find((one) => one === list.signal) ?? ''}
        data={groupSignals.map((value) => ({ value, label: nameOf(value) }))}
        onChange={(signal) => change({ signal: signal ?? '' })}
      />
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        disabled={!filtered}
        onClick={() => change({ text: '', kind: '', signal: '' })}
      >
        {t('Clear')}
      </Button>
      <span className={styles.colours}>
        <Select
          aria-label={t('Colour of a cell')}
          size="xs"
          w="11.5rem"
          allowDeselect={false}
          value={colourOf(list)}
          data={groupColours.map((value) => ({ value, label: colourNames()[value] }))}
          onChange={(colour) => change({ colour: colour === 'mean' ? '' : (colour ?? '') })}
        />
        {figures && <Legend figures={figures} by={colourOf(list)} />}
      </span>
    </search>
  )
}
