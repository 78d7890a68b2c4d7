import { Button } from '@mantine/core'
import { IconArchive, IconChartLine, IconStar, IconTag, IconTrash } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { archiveRuns, deleteRuns, noteRuns, starRuns } from '../../actions/marks.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { go } from '../../stores/route.ts'
import { tickedStore, untick } from '../../stores/ticked.ts'
import { t } from '../../text/t.ts'
import styles from './Ticked.module.css'

const icon = { size: '0.875rem', stroke: 1.7, 'aria-hidden': true } as const
const look = { size: 'compact-sm', variant: 'default' } as const

/** What can be done with the runs that are ticked; nothing where none is. */
export function Ticked({ shown }: { shown: RunSummary[] | null }) {
  const { ticked } = useStore(tickedStore)
  const runs = (shown ?? []).filter(({ id }) => ticked.has(id))
  if (runs.length === 0) return null
  return (
    <div className={styles.ticked} role="toolbar" aria-label={t('Ticked runs')}>
      <span>{t('{{count}} runs ticked', { count: runs.length })}</span>
      <Button
        {...look}
        leftSection={<IconChartLine {...icon} />}
        onClick={() => go({ page: 'compare', runs: runs.map(({ number }) => number) })}
      >
        {t('Compare')}
      </Button>
      <ActionButton action={starRuns} {...look} icon={<IconStar {...icon} />} />
      <ActionButton action={noteRuns} {...look} icon={<IconTag {...icon} />} />
      <ActionButton action={archiveRuns} {...look} icon={<IconArchive {...icon} />} />
      <ActionButton action={deleteRuns} {...look} icon={<IconTrash {...icon} />} />
      <Button size="compact-sm" variant="subtle" color="gray" onClick={untick}>
        {t('Clear')}
      </Button>
    </div>
  )
}
