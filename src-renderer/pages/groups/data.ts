/** What the Groups page derives from its store and its address. */
import { useEffect, useLayoutEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import { usePalette } from '../../parts/useLook.ts'
import { type Figures, lastStep, stepFigures } from '../../stores/group-figures.ts'
import { emptyGroupList, type GroupColour, type GroupList, groupColours, listed } from '../../stores/group-list.ts'
import { followFigures, groupsPageStore, showFigures } from '../../stores/groups-page.ts'
import { go } from '../../stores/route.ts'
import { shownRun } from '../../stores/runs.ts'
import { useConnection, useLive, useRoute, useRuns } from '../../stores/use.ts'
import { heatColours } from './draw.ts'

/** The run of the address, else that of the live page, else the one that matters most. */
export function useShownRun(): string | null {
  const { runs } = useRuns()
  const live = useLive((s) => s.runId)
  const asked = useRoute((route) => (route.page === 'groups' ? route.runId : null))
  return shownRun(runs, asked, live)
}

export function useList(): { list: GroupList; change(part: Partial<GroupList>): void } {
  const runId = useShownRun()
  const list = useRoute((route) => (route.page === 'groups' ? route.list : emptyGroupList))
  return { list, change: (part) => go({ page: 'groups', runId, list: { ...list, ...part } }, true) }
}

/** Fetches the figures of the run, follows it, and lists its prompts. */
export function useFigures(): void {
  const runId = useShownRun()
  const connected = useConnection().status === 'connected'
  const { list } = useList()
  const prompts = useStore(groupsPageStore, (s) => s.prompts)
  useEffect(() => {
    if (!runId || !connected) return
    void showFigures(runId)
    return followFigures()
  }, [runId, connected])
  // before it is painted, so that no list is empty for a moment
  useLayoutEffect(() => groupsPageStore.setState({ shown: listed(prompts, list) }), [prompts, list])
}

export const colourOf = ({ colour }: GroupList): GroupColour => groupColours.find((one) => one === colour) ?? 'mean'

export function useHeatColours(figures: Figures, by: GroupColour) {
  const palette = usePalette()
  return useMemo(() => heatColours(figures, by, palette), [figures, by, palette])
}

export const useSteps = (figures: Figures) => useMemo(() => stepFigures(figures), [figures])

export const useLastStep = () => useStore(groupsPageStore, ({ figures }) => (figures ? lastStep(figures) : 0))
