/** All runs, newest first, and the recipes they can start from. */
import { createStore } from 'zustand/vanilla'
import type { RecipeInfo } from '../../src-main/contract/api.ts'
import { isOver } from '../../src-main/contract/ray.ts'
import type { RunStatus, RunSummary } from '../../src-main/contract/records.ts'

export interface RunsState {
  /** null until the host has answered. */
  runs: RunSummary[] | null
  recipes: RecipeInfo[] | null
}

export const runsStore = createStore<RunsState>(() => ({ runs: null, recipes: null }))

export const isActive = (status: RunStatus) => status === 'running' || status === 'paused' || status === 'starting'
/** It has the engine: those of other trainers go beside it. */
export const trainsHere = ({ status, source }: Pick<RunSummary, 'status' | 'source'>) =>
  source === null && isActive(status)
/** Ended before its plan did, so that going on from its last checkpoint makes sense. */
export const isResumable = ({ status, source, job }: Pick<RunSummary, 'status' | 'source' | 'job'>) =>
  (source === null || (job !== null && isOver(job.status))) &&
  (status === 'interrupted' || status === 'failed' || status === 'stopped')
/** Its recipe is known here: it is trained here, or was submitted from here. */
export const hasRecipe = ({ source, job }: Pick<RunSummary, 'source' | 'job'>) => source === null || job !== null

export function withRun(runs: RunSummary[] | null, run: RunSummary): RunSummary[] {
  const others = (runs ?? []).filter((r) => r.id !== run.id)
  return [...others, run].sort((a, b) => b.number - a.number)
}

export const withoutRuns = (runs: RunSummary[] | null, ids: readonly string[]): RunSummary[] =>
  (runs ?? []).filter(({ id }) => !ids.includes(id))

/** The run that a page is about. @param asked by its id or number, in the address @param live the one of the live page */
export function shownRun(runs: RunSummary[] | null, asked: string | null, live: string | null): string | null {
  if (asked === null) return live ?? runToShow(runs)?.id ?? null
  return runs?.find((run) => run.id === asked || String(run.number) === asked)?.id ?? asked
}

/** The run that a person most likely wants to look at: one that goes, else the newest. */
export function runToShow(runs: RunSummary[] | null): RunSummary | null {
  if (!runs || runs.length === 0) return null
  return (
    runs.find((r) => r.status === 'running' || r.status === 'starting') ??
    runs.find((r) => r.status === 'paused') ??
    runs.find((r) => r.status !== 'abandoned') ??
    runs[0]
  )
}
