import { ActionIcon, Popover, Select } from '@mantine/core'
import { IconLayersSubtract, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { useStore } from 'zustand'
import { hint } from '../../../parts/hint.ts'
import { onLivePage } from '../../../stores/route.ts'
import { schemeStore } from '../../../stores/scheme.ts'
import { useLive, useRuns } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { colourBeside, useBesideNumbers } from '../data.ts'
import styles from './Metrics.module.css'

/** More lines than this cannot be told apart in a small chart. */
const most = 6

const show = (beside: number[]) => onLivePage((route) => ({ ...route, beside }))

/** Other runs, laid over this one: which they are, each with its colour. */
export function BesideRuns() {
  const [open, setOpen] = useState(false)
  const numbers = useBesideNumbers()
  const own = useLive((s) => s.detail?.number)
  const scheme = useStore(schemeStore, (s) => s.scheme)
  const { runs } = useRuns()
  const others = runs?.filter(({ number }) => number !== own && !numbers.includes(number)) ?? []
  const label = t('Lay another run over this one')
  return (
    <>
      <ul className={styles.beside} aria-label={t('Runs laid over this one')}>
        {numbers.map((number, i) => (
          <li key={number} style={{ color: colourBeside(scheme, i) }}>
            <span {...hint(runs?.find((run) => run.number === number)?.name ?? t('There is no such run'))}>
              <span aria-hidden="true">—</span> #{number}
            </span>
            <button
              type="button"
              aria-label={t('Leave run {{number}} out', { number })}
              onClick={() => show(numbers.filter((n) => n !== number))}
            >
              <IconX size="0.6875rem" aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
      <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus withinPortal shadow="md">
        <Popover.Target>
          <ActionIcon
            {...hint(label)}
            variant={numbers.length > 0 ? 'light' : 'subtle'}
            color={numbers.length > 0 ? 'violet' : 'gray'}
            size="sm"
            aria-label={label}
            onClick={() => setOpen(!open)}
          >
            <IconLayersSubtract size="1rem" aria-hidden="true" />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown p="xs">
          <Select
            key={numbers.join()}
            data-autofocus
            aria-label={t('Run to lay over this one')}
            placeholder={others.length > 0 ? t('Choose a run…') : t('There is no other run')}
            size="xs"
            w="16rem"
            searchable
            disabled={others.length === 0 || numbers.length >= most}
            value={null}
            comboboxProps={{ withinPortal: false }}
            data={others.map((run) => ({ value: String(run.number), label: `#${run.number} ${run.name}` }))}
            onChange={(value) => {
              setOpen(false)
              if (value) show([...numbers, Number(value)])
            }}
          />
        </Popover.Dropdown>
      </Popover>
    </>
  )
}
