/** The charts of the run. */
import { useMemo } from 'react'
import { hasCritic, rewardsOf } from '../../../../src-main/contract/recipe.ts'
import { furtherPanels, panelsOf, toldPanels } from '../../../charts/panels.ts'
import { type Charts, useCharts } from '../../../parts/useCharts.ts'
import { liveStore } from '../../../stores/live.ts'
import { useLive } from '../../../stores/use.ts'
import { useDetail } from '../data.ts'

export function useRunCharts(): Charts {
  const detail = useDetail()
  const recipe = detail?.source ? undefined : detail?.config
  const told = detail?.source !== undefined && detail.source !== null
  // looked for anew when a series comes, not with every step
  const series = useLive((s) => Object.keys(s.columns.series).join())
  const names = told ? series : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: the series grow in place
  const own = useMemo(() => {
    if (told) return toldPanels(Object.keys(liveStore.getState().columns.series))
    const kinds = recipe?.stages.map((stage) => stage.kind)
    return panelsOf(recipe ? rewardsOf(recipe) : ['accuracy'], kinds, recipe && hasCritic(recipe))
  }, [recipe, told, names])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the series grow in place
  const further = useMemo(() => furtherPanels(own, liveStore.getState().columns.series), [own, series])
  return useCharts(own, further)
}
