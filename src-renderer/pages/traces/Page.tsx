import { IconMathFunction } from '@tabler/icons-react'
import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { RewardPart } from '../../../src-main/contract/records.ts'
import { toggleFormulas } from '../../actions/groups.ts'
import { saveTraces } from '../../actions/saving.ts'
import { nextTrace, openTrace, previousTrace, traceThroughTime } from '../../actions/traces.ts'
import { tryPrompt } from '../../actions/try-prompt.ts'
import { compact } from '../../format/number.ts'
import { ActionButton, ActionIconButton } from '../../parts/ActionButton.tsx'
import { ModelText } from '../../parts/ModelText.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { RunChoice } from '../../parts/RunChoice.tsx'
import { SaveTableMenu } from '../../parts/SaveTableMenu.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { emptyFilters, go, type TraceFilters } from '../../stores/route.ts'
import { shownRun } from '../../stores/runs.ts'
import { keyOfSample, searchTraces, tracesStore } from '../../stores/traces.ts'
import { useConnection, useLive, useRoute, useRuns, useView } from '../../stores/use.ts'
import { languageName } from '../../text/languages.ts'
import { t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import { Sample } from '../live/reader/Sample.tsx'
import { Filters } from './Filters.tsx'
import { Hits } from './Hits.tsx'
import styles from './Page.module.css'

/** All completions of a run: searched, sorted, read. What is asked stands in the address. */
export function TracesPage() {
  const { runs } = useRuns()
  const live = useLive((s) => s.runId)
  const asked = useRoute((route) => (route.page === 'traces' ? route.runId : null))
  const filters = useRoute((route) => (route.page === 'traces' ? route.filters : emptyFilters))
  const runId = shownRun(runs, asked, live)
  const { error } = useStore(tracesStore)
  const connected = useConnection().status === 'connected'

  useEffect(() => {
    if (runId && connected) void searchTraces(runId, filters)
  }, [runId, filters, connected])

  const change = (part: Partial<TraceFilters>) => go({ page: 'traces', runId, filters: { ...filters, ...part } }, true)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t('Traces')}</h1>
        <RunChoice value={runId} onChange={(wanted) => go({ page: 'traces', runId: wanted, filters })} />
        <Found />
        <SaveTableMenu savings={saveTraces} />
      </header>
      <Unreachable />
      <Filters runId={runId} filters={filters} onChange={change} />
      {error ? (
        <Problem explanation={error} title={t('The search was not done')} />
      ) : (
        <div className={styles.body}>
          <Hits sort={filters.sort} onSort={(sort) => change({ sort: sort === 'newest' ? '' : sort })} />
          <Shown />
        </div>
      )}
    </div>
  )
}

/** How many are there so far, and how much was looked at. */
function Found() {
  const { hits, busy, cursor, searched, steps, gone } = useStore(tracesStore)
  const more = cursor !== null ? '+' : ''
  const all = compact(steps)
  return (
    <p className={styles.found} role="status" data-busy={busy}>
      <b>
        {compact(hits.length)}
        {more}
      </b>{' '}
      {cursor !== null || busy
        ? t('completions in {{searched}} of {{all}} steps', { searched: compact(searched), all })
        : t('completions in {{all}} steps', { all })}
      {gone > 0 && t('; {{gone}} texts not kept', { gone: compact(gone) })}
    </p>
  )
}

function Shown() {
  const { hits, at, runId } = useStore(tracesStore)
  const formulas = useView((v) => v.formulas)
  const hit = hits[at]
  const place = useMemo(
    () => (hit && runId ? { runId, step: hit.step, group: hit.group, sample: hit.sample } : undefined),
    [hit, runId],
  )
  const sample = useMemo(
    () => hit && { ...hit, correct: hit.right, parts: hit.parts as Record<string, RewardPart> },
    [hit],
  )
  if (!hit) return <aside className={styles.shown} aria-label={t('Completion')} />
  return (
    <aside className={styles.shown} aria-label={t('Completion')}>
      <div className={styles.tools}>
        <ActionButton action={previousTrace} size="compact-sm" variant="default" />
        <ActionButton action={nextTrace} size="compact-sm" variant="default" />
        <ActionButton action={openTrace} size="compact-sm" variant="default" />
        <ActionButton action={traceThroughTime} size="compact-sm" variant="default" />
        <ActionButton action={tryPrompt} size="compact-sm" variant="default" />
        <ActionIconButton
          action={toggleFormulas}
          pressed={formulas}
          icon={<IconMathFunction size="1rem" aria-hidden="true" />}
        />
      </div>
      <ModelText text={hit.prompt} className={styles.prompt} />
      <p className={styles.expected}>
        {hit.kind && <span>{t(hit.kind)}</span>}
        {hit.answer && (
          <span>
            {t('right is')} <b>{glimpse(hit.answer)}</b>
          </span>
        )}
        <span>{languageName(hit.language)}</span>
      </p>
      <ul>
        <Sample
          key={keyOfSample(hit)}
          title={t('step {{step}}, group {{group}}, sample {{sample}}', {
            step: hit.step,
            group: hit.group + 1,
            sample: hit.sample + 1,
          })}
          sample={sample}
          marked={false}
          place={place}
        />
      </ul>
    </aside>
  )
}
