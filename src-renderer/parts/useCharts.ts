/** The charts that there are, as the person arranged them. */
import { useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import { ordered } from '../charts/arrangement.ts'
import type { Panel } from '../charts/panels.ts'
import { arrangementStore, moveChart } from '../stores/arrangement.ts'

export interface Charts {
  /** All that there are, in order. */
  all: readonly Panel[]
  shown: readonly Panel[]
  /** Ids of those that are shown only when asked for. */
  extra: ReadonlySet<string>
  /** Puts a chart where another is. */
  move: (id: string, to: string) => void
}

/** @param own shown unless hidden @param further shown when asked for; both kept by the caller as long as they are the same */
export function useCharts(own: readonly Panel[], further: readonly Panel[]): Charts {
  const arrangement = useStore(arrangementStore)
  const charts = useMemo(() => {
    const { hidden, added } = arrangement
    const all = ordered([...own, ...further], arrangement)
    const extra = new Set(further.map(({ id }) => id))
    const shown = all.filter(({ id }) => (extra.has(id) ? added.includes(id) : !hidden.includes(id)))
    return { all, shown, extra }
  }, [own, further, arrangement])
  const { all } = charts
  const move = useCallback((id: string, to: string) => moveChart(ids(all), id, to), [all])
  return useMemo(() => ({ ...charts, move }), [charts, move])
}

const ids = (panels: readonly Panel[]) => panels.map(({ id }) => id)
