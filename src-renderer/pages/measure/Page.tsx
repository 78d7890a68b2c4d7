import { useEffect } from 'react'
import { useStore } from 'zustand'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { api } from '../../stores/host.ts'
import { measuringStore } from '../../stores/measuring.ts'
import { loadModels } from '../../stores/models.ts'
import { useResource } from '../../stores/resource.ts'
import { useConnection, useRoute } from '../../stores/use.ts'
import { Entries } from './Entries.tsx'
import { Form } from './Form.tsx'
import styles from './Page.module.css'
import { Result } from './Result.tsx'

/** Any model, checkpoint or run on held-out problems or a person's own, and what was measured before, two at a time side by side. */
export function MeasurePage() {
  const made = useStore(measuringStore, (s) => s.made)
  const { status } = useConnection()
  const route = useRoute((r) => (r.page === 'measure' ? r : null))
  useEffect(() => {
    if (status === 'connected') void loadModels()
  }, [status])
  const { data, error } = useResource(`evaluations ${made}`, async () => (await api().measuring.list()).reverse())
  const shown = data?.find(({ name }) => name === route?.shown)
  return (
    <div className={styles.page}>
      <Form />
      <div className={styles.results}>
        <Unreachable />
        <Entries entries={data} error={error} shown={route?.shown ?? null} />
        {data && shown && <Result key={shown.name} entry={shown} entries={data} against={route?.against ?? null} />}
      </div>
    </div>
  )
}
