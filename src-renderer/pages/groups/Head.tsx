import { SegmentedControl } from '@mantine/core'
import { useStore } from 'zustand'
import { RunChoice } from '../../parts/RunChoice.tsx'
import { countOf } from '../../stores/group-figures.ts'
import { groupsPageStore } from '../../stores/groups-page.ts'
import { go } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import { useList, useShownRun } from './data.ts'
import styles from './Page.module.css'

export function Head() {
  const runId = useShownRun()
  const { list, change } = useList()
  return (
    <header className={styles.head}>
      <h1>{t('Groups')}</h1>
      <RunChoice
        value={runId}
        onChange={(wanted) => go({ page: 'groups', runId: wanted, list: { ...list, step: '', kind: '' } })}
      />
      <Found />
      <SegmentedControl
        size="xs"
        aria-label={t('Steps')}
        value={list.view === 'step' ? 'step' : ''}
        onChange={(view) => change({ view })}
        data={[
          { value: '', label: t('All steps') },
          { value: 'step', label: t('One step') },
        ]}
      />
    </header>
  )
}

function Found() {
  const { figures, prompts, shown } = useStore(groupsPageStore)
  if (!figures) return <p className={styles.found} role="status" />
  const count = prompts.length
  return (
    <p className={styles.found} role="status">
      <b>
        {shown.length === count
          ? t('{{count}} prompts', { count })
          : t('{{shown}} of {{count}} prompts', { shown: shown.length, count })}
      </b>
      {', '}
      {t('{{count}} groups', { count: countOf(figures) })}
    </p>
  )
}
