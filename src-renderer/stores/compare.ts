/** Which runs were compared last, so that the page opens with them again. */
import { routeStore } from './route.ts'

let last: readonly number[] = []

routeStore.subscribe((route) => {
  if (route.page === 'compare' && route.runs.length > 0) last = route.runs
})

export const comparedRuns = (): readonly number[] => last
