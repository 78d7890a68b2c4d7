import { Skeleton } from '@mantine/core'
import { IconFileImport, IconPlus } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { importRun } from '../../actions/import.ts'
import { launch } from '../../actions/launch.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { FirstRun } from '../../parts/FirstRun.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { queueStore } from '../../stores/queue.ts'
import { emptyRunList, go, type RunList } from '../../stores/route.ts'
import { filtered, listRows } from '../../stores/run-list.ts'
import { useRoute, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { BinList } from './BinList.tsx'
import { NoteDialog } from './NoteDialog.tsx'
import styles from './Page.module.css'
import { Queue } from './Queue.tsx'
import { Table } from './Table.tsx'
import { Ticked } from './Ticked.tsx'
import { Tools } from './Tools.tsx'

export function RunsPage() {
  const { runs } = useRuns()
  const { entries } = useStore(queueStore)
  const list = useRoute((route) => (route.page === 'runs' ? route.list : emptyRunList))
  const shown = useMemo(() => (runs ? filtered(runs, list) : null), [runs, list])
  const rows = useMemo(() => (shown ? listRows(shown, list) : null), [shown, list])
  const change = (part: Partial<RunList>) => go({ page: 'runs', list: { ...list, ...part } }, true)
  if (runs && runs.length === 0 && entries.length === 0 && list.shelf !== 'bin') return <FirstRun />
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t('Runs')}</h1>
        <p>{shown && list.shelf !== 'bin' && whatIsThere(shown)}</p>
        <ActionButton action={importRun} variant="default" icon={<IconFileImport size="1rem" aria-hidden="true" />} />
        <ActionButton action={launch} icon={<IconPlus size="1rem" aria-hidden="true" />} />
      </header>
      <Unreachable />
      <Queue runs={runs} />
      <Tools list={list} onChange={change} />
      {list.shelf === 'bin' ? (
        <BinList runs={runs} />
      ) : rows && rows.length > 0 ? (
        <Table rows={rows} sort={list.sort} onSort={(sort) => change({ sort })} />
      ) : rows ? (
        <Nothing list={list} onChange={change} />
      ) : (
        <Skeleton height="12rem" animate={false} />
      )}
      <Ticked shown={shown} />
      <NoteDialog />
    </div>
  )
}

function whatIsThere(runs: RunSummary[]): string {
  const cut = runs.filter(({ status }) => status === 'interrupted').length
  const count = t('{{count}} runs', { count: runs.length })
  return cut === 0
    ? count
    : t('{{count}}, {{cut}} interrupted: resume goes on from the last checkpoint', { count, cut })
}

function Nothing({ list, onChange }: { list: RunList; onChange(part: Partial<RunList>): void }) {
  const shelf =
    { starred: t('No run is starred.'), archived: t('The archive is empty.') }[list.shelf] ?? t('No run is listed.')
  if (list.text === '') return <p className={styles.nothing}>{shelf}</p>
  return (
    <p className={styles.nothing}>
      {t('No run of these fits “{{text}}”.', { text: list.text })}{' '}
      <button type="button" className={styles.link} onClick={() => onChange({ text: '' })}>
        {t('Show all')}
      </button>
    </p>
  )
}
