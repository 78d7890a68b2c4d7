/** From anywhere to a run: its live page, and what is to be done there once the run is. */
import type { RunDetail } from '../../src-main/contract/records.ts'
import { liveStore } from './live.ts'
import { go, type Opened } from './route.ts'

export function showRun(runId: string, at: { step?: number; opened?: Opened } = {}): void {
  go({ page: 'live', runId, step: at.step ?? null, opened: at.opened ?? null })
}

/** Calls back when the run has been fetched; never when another is shown before. */
export function showRunThen(runId: string, then: (detail: RunDetail) => void): void {
  showRun(runId)
  const { detail } = liveStore.getState()
  if (detail?.id === runId) {
    then(detail)
    return
  }
  const stop = liveStore.subscribe(({ runId: shown, detail, error }) => {
    if (shown === runId && !detail && !error) return
    stop()
    if (detail?.id === runId) then(detail)
  })
}
