import { Button } from '@mantine/core'
import { useStore } from 'zustand'
import { labelledAtOnce } from '../../../src-main/contract/sample-label.ts'
import { saveTraces } from '../../actions/saving.ts'
import { labelTrace, selectFound } from '../../actions/traces.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { SaveTableMenu } from '../../parts/SaveTableMenu.tsx'
import { selectNone, tracesStore } from '../../stores/traces.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** What can be done with those that are selected, at once. */
export function Selected() {
  const { selected, gathering, hits } = useStore(tracesStore)
  if (selected.size === 0 && !gathering) return null
  return (
    <section className={styles.selected} aria-label={t('Selected')}>
      <span role="status">
        {gathering
          ? t('gathering: {{count}} so far', { count: hits.length })
          : selected.size === labelledAtOnce
            ? t('the first {{count}} selected', { count: selected.size })
            : t('{{count}} selected', { count: selected.size })}
      </span>
      {gathering ? (
        <Button size="compact-sm" variant="subtle" color="gray" onClick={selectNone}>
          {t('Cancel')}
        </Button>
      ) : (
        <>
          <ActionButton action={labelTrace} size="compact-sm" variant="light" />
          <SaveTableMenu savings={saveTraces} />
          <ActionButton action={selectFound} size="compact-sm" variant="subtle" />
        </>
      )}
    </section>
  )
}
