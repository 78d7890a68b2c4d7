/** Runs that wait their turn, as the host tells of them. */
import { createStore } from 'zustand/vanilla'
import { type QueueState, turns } from '../../src-main/contract/queue.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { trainsHere } from './runs.ts'

const nothing: QueueState = { entries: [], hold: null, error: null, cutOff: null }

export const queueStore = createStore<QueueState>(() => nothing)

export const waitingIn = ({ entries }: QueueState) => entries.filter(({ status }) => status === 'waiting')

/** Seconds until each waiting entry begins, and until all are done; null where nothing is known. */
export function timetable(queue: QueueState, runs: readonly RunSummary[] | null) {
  const waiting = waitingIn(queue)
  const active = runs?.find(trainsHere)
  const begins = turns(waiting, active ? active.etaSeconds : 0)
  const [last, lastBegins] = [waiting.at(-1), begins.at(-1)]
  const all = last?.seconds == null || lastBegins == null ? null : lastBegins + last.seconds
  return { active, begins, all }
}
