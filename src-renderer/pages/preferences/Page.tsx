import { Button, Skeleton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { loadLabelSets, openLabelSet, preferencesStore } from '../../stores/preferences.ts'
import { go } from '../../stores/route.ts'
import { useConnection, useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { DeleteDialog } from './DeleteDialog.tsx'
import { Labelling } from './Labelling.tsx'
import { NewSet } from './NewSet.tsx'
import styles from './Page.module.css'
import { SetFigures } from './SetFigures.tsx'
import { SetList } from './SetList.tsx'

/** In the address: a set that is to be made. */
const fresh = 0

/** A person's labels: which of two answers is better, or whether an output is safe. Reward models learn from them. */
export function PreferencesPage() {
  const { sets, open, error } = useStore(preferencesStore)
  const { status } = useConnection()
  const asked = useRoute((route) => (route.page === 'preferences' ? route.set : null))
  const set = asked ?? sets?.[0]?.number ?? null
  const making = asked === fresh || sets?.length === 0
  useEffect(() => {
    if (status === 'connected') void loadLabelSets()
  }, [status])
  useEffect(() => {
    if (status === 'connected') void openLabelSet(making ? null : set)
  }, [status, set, making])
  return (
    <div className={styles.page}>
      <section className={styles.side} aria-label={t('Sets')}>
        <h1>{t('Preferences')}</h1>
        <Button
          variant={making ? 'light' : 'default'}
          leftSection={<IconPlus size="1rem" aria-hidden="true" />}
          aria-pressed={making}
          onClick={() => go({ page: 'preferences', set: fresh })}
        >
          {t('New set')}
        </Button>
        {sets ? <SetList sets={sets} shown={making ? null : set} /> : <Skeleton height="6rem" animate={false} />}
        {open && !making && <SetFigures set={open.set} />}
      </section>
      <div className={styles.main}>
        <Unreachable />
        {error ? (
          <Problem explanation={error} title={t('It cannot be shown')} />
        ) : making ? (
          <NewSet first={sets?.length === 0} />
        ) : (
          open && <Labelling state={open} />
        )}
      </div>
      <DeleteDialog />
    </div>
  )
}
