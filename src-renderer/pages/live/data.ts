/** What the parts of the live page derive from the stores, computed once a change. */
import { useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import { abandonedBy } from '../../../src-main/contract/family.ts'
import type { GroupSummary } from '../../../src-main/contract/records.ts'
import { type Scheme, seriesColours } from '../../app/palette.ts'
import type { Range } from '../../charts/frame.ts'
import type { Abandoned, Beside } from '../../charts/metricOption.ts'
import { emptyColumns, extend } from '../../stores/columns.ts'
import { recall, remember } from '../../stores/groups.ts'
import { api } from '../../stores/host.ts'
import { liveStore, newestStep } from '../../stores/live.ts'
import { fullRange } from '../../stores/range.ts'
import { type Resource, useResource } from '../../stores/resource.ts'
import { isActive } from '../../stores/runs.ts'
import { schemeStore } from '../../stores/scheme.ts'
import { shownStep } from '../../stores/shown.ts'
import { type Mark, marksOf, type SettingsSpan, settingsHistory, settingsTold } from '../../stores/story.ts'
import { useLive, useLiveShallow, useRoute, useRuns, useView } from '../../stores/use.ts'

export function useMarks(): Mark[] {
  const { stages, events, alerts } = useLiveShallow((s) => ({
    stages: s.detail?.stages,
    events: s.events,
    alerts: s.alerts,
  }))
  return useMemo(() => marksOf(stages ?? [], events, alerts), [stages, events, alerts])
}

export function useSettingsHistory(): SettingsSpan[] {
  const { config, stages, events, told } = useLiveShallow((s) => ({
    config: s.detail?.config,
    stages: s.detail?.stages,
    events: s.events,
    told: s.detail?.attached ? s.detail.settings : null,
  }))
  return useMemo(() => {
    if (told) return settingsTold(told, events)
    return config && stages ? settingsHistory(config, stages, events) : []
  }, [config, stages, events, told])
}

const none: readonly Abandoned[] = []

/** What the run left behind when it was rolled back. */
export function useAbandoned(): readonly Abandoned[] {
  const number = useLive((s) => s.detail?.number)
  const { runs } = useRuns()
  const left = number === undefined || !runs ? [] : abandonedBy(runs, number)
  const { data, key } = useResource(left.length > 0 ? left.map(({ id }) => id).join() : null, () =>
    Promise.all(
      left.map(async ({ id, forkStep }) => {
        const columns = emptyColumns()
        extend(columns, await api().runs.metrics({ runId: id }))
        return { columns, after: forkStep ?? 0 }
      }),
    ),
  )
  return data && left.length > 0 && key === left.map(({ id }) => id).join() ? data : none
}

const alone: readonly number[] = []

/** Numbers of the runs whose curves are laid over this one's, as the address has them. */
export const useBesideNumbers = (): readonly number[] =>
  useRoute((route) => (route.page === 'live' ? (route.beside ?? alone) : alone))

/** Their curves, as far as they have come; a run that goes on is fetched anew from time to time. */
export function useBeside(): Resource<Beside[]> {
  const numbers = useBesideNumbers()
  const { runs } = useRuns()
  const scheme = useStore(schemeStore, (s) => s.scheme)
  const there = numbers.flatMap((number) => runs?.find((run) => run.number === number) ?? [])
  const key = there.map((run) => `${run.id} ${run.status} ${Math.floor(run.step / 20)}`).join()
  const loaded = useResource(there.length > 0 ? key : null, () =>
    Promise.all(
      there.map(async ({ id, number }) => {
        const columns = emptyColumns()
        extend(columns, await api().runs.metrics({ runId: id }))
        return { number, columns }
      }),
    ),
  )
  const data = useMemo(
    () =>
      loaded.data
        ?.filter(({ number }) => numbers.includes(number))
        .map((run) => ({ ...run, color: colourBeside(scheme, numbers.indexOf(run.number)) })) ?? null,
    [loaded.data, numbers, scheme],
  )
  return { ...loaded, data }
}

/** The first colour is the ink of the run itself. */
export function colourBeside(scheme: Scheme, i: number): string {
  const [, ...others] = seriesColours[scheme]
  return others[i % others.length]
}

/** Steps that the charts show now. */
export function useRange(): Range {
  const zoom = useView((v) => v.zoom)
  const [from, to] = useLiveShallow(fullRange)
  return useMemo(() => zoom ?? [from, to], [zoom, from, to])
}

/** All of the run is shown, and it goes on. */
export function useGrowing(): boolean {
  const whole = useView((v) => v.zoom === null)
  return useLive((s) => s.detail !== null && isActive(s.detail.status)) && whole
}

export function useShownStep(): number {
  const route = useStoreRoute()
  return useLive((live) => shownStep(route, live))
}

const useStoreRoute = () => useRoute((route) => route)

export function useNewestStep(): number {
  return useLive(newestStep)
}

/** Groups of a step, from memory if it was heard live, else fetched. */
export function useGroups(step: number): Resource<GroupSummary[]> {
  const runId = useLive((s) => s.runId)
  return useResource(runId && step > 0 ? `${runId} ${step}` : null, () => {
    const id = runId as string
    const known = recall(id, step)
    if (known) return known
    return api()
      .groups.ofStep({ runId: id, step })
      .then((groups) => {
        remember(id, step, groups)
        return groups
      })
  })
}

/** Seconds left, counted down between the host's estimates. */
export function useEta(): number | null {
  const eta = useLive((s) => s.detail?.etaSeconds ?? null)
  const running = useLive((s) => s.detail?.status === 'running')
  const [left, setLeft] = useState(eta)
  useEffect(() => {
    setLeft(eta)
    if (eta === null || !running) return
    const start = performance.now()
    const timer = setInterval(() => setLeft(Math.max(0, eta - (performance.now() - start) / 1000)), 1000)
    return () => clearInterval(timer)
  }, [eta, running])
  return left
}

export const useDetail = () => useStore(liveStore, (s) => s.detail)
