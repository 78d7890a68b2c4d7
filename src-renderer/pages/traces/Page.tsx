import { Select } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import { saveTraces } from '../../actions/saving.ts'
import { nextTrace, openTrace, previousTrace } from '../../actions/traces.ts'
import { compact } from '../../format/number.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { ModelText } from '../../parts/ModelText.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { SaveTableMenu } from '../../parts/SaveTableMenu.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { emptyFilters, go, type TraceFilters } from '../../stores/route.ts'
import { runToShow } from '../../stores/runs.ts'
import { searchTraces, tracesStore } from '../../stores/traces.ts'
import { useConnection, useLive, useRoute, useRuns } from '../../stores/use.ts'
import { glimpse } from '../../text/visible.ts'
import { Sample } from '../live/reader/Sample.tsx'
import { Filters } from './Filters.tsx'
import { Hits } from './Hits.tsx'
import styles from './Page.module.css'

/** A change of the filters is searched for when the person has stopped typing so long; milliseconds. */
const pauseOfTyping = 200

/** All completions of a run: searched, sorted, read. What is asked stands in the address. */
export function TracesPage() {
  const { runs } = useRuns()
  const live = useLive((s) => s.runId)
  const asked = useRoute((route) => (route.page === 'traces' ? route.runId : null))
  const filters = useRoute((route) => (route.page === 'traces' ? route.filters : emptyFilters))
  const runId = asked ?? live ?? runToShow(runs)?.id ?? null
  const { error } = useStore(tracesStore)
  const connected = useConnection().status === 'connected'
  const first = useRef(true)

  useEffect(() => {
    if (!runId || !connected) return
    const wait = setTimeout(() => void searchTraces(runId, filters), first.current ? 0 : pauseOfTyping)
    first.current = false
    return () => clearTimeout(wait)
  }, [runId, filters, connected])

  const change = (part: Partial<TraceFilters>) => go({ page: 'traces', runId, filters: { ...filters, ...part } }, true)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>Traces</h1>
        <Select
          aria-label="Run"
          size="xs"
          searchable
          allowDeselect={false}
          value={runId}
          data={(runs ?? []).map((r) => ({ value: r.id, label: `#${r.number} ${r.name}, ${compact(r.step)} steps` }))}
          onChange={(wanted) => wanted && go({ page: 'traces', runId: wanted, filters })}
          placeholder={runs?.length === 0 ? 'no run yet' : ''}
        />
        <Found />
        <SaveTableMenu savings={saveTraces} />
      </header>
      <Unreachable />
      <Filters filters={filters} onChange={change} />
      {error ? (
        <Problem explanation={error} title="The search was not done" />
      ) : (
        <div className={styles.body}>
          <Hits />
          <Shown />
        </div>
      )}
    </div>
  )
}

/** How many are there so far, and how much was looked at. */
function Found() {
  const { hits, busy, cursor, searched, steps } = useStore(tracesStore)
  const more = cursor !== null ? '+' : ''
  const where =
    cursor !== null || busy ? ` in ${compact(searched)} of ${compact(steps)} steps` : ` in ${compact(steps)} steps`
  return (
    <p className={styles.found} role="status" data-busy={busy}>
      <b>
        {compact(hits.length)}
        {more}
      </b>{' '}
      completions{where}
    </p>
  )
}

function Shown() {
  const { hits, at, runId } = useStore(tracesStore)
  const hit = hits[at]
  if (!hit) return <aside className={styles.shown} aria-label="Completion" />
  return (
    <aside className={styles.shown} aria-label="Completion">
      <div className={styles.tools}>
        <ActionButton action={previousTrace} size="compact-sm" variant="default" />
        <ActionButton action={nextTrace} size="compact-sm" variant="default" />
        <ActionButton action={openTrace} size="compact-sm" variant="default" />
      </div>
      <ModelText text={hit.prompt} className={styles.prompt} />
      <p className={styles.expected}>
        {hit.kind}
        {hit.answer && (
          <>
            , right is <b>{glimpse(hit.answer)}</b>
          </>
        )}
      </p>
      <ul>
        <Sample
          key={`${hit.step} ${hit.group} ${hit.sample}`}
          title={`step ${hit.step}, group ${hit.group + 1}, sample ${hit.sample + 1}`}
          sample={{ ...hit, correct: hit.right, parts: hit.parts as never }}
          marked={false}
          place={runId ? { runId, step: hit.step, group: hit.group, sample: hit.sample } : undefined}
        />
      </ul>
    </aside>
  )
}
