/** Groups of steps without their texts: the few hundred steps looked at last are kept. */
import type { GroupSummary } from '../../src-main/contract/records.ts'

const capacity = 256
const kept = new Map<string, { runId: string; step: number; groups: GroupSummary[] }>()

const keyOf = (runId: string, step: number) => `${runId} ${step}`

export function remember(runId: string, step: number, groups: GroupSummary[]): void {
  const key = keyOf(runId, step)
  kept.delete(key)
  kept.set(key, { runId, step, groups })
  const oldest = kept.keys().next()
  if (kept.size > capacity && !oldest.done) kept.delete(oldest.value)
}

export function recall(runId: string, step: number): GroupSummary[] | undefined {
  return kept.get(keyOf(runId, step))?.groups
}

/** Steps after this one were abandoned and will be done again. */
export function forgetAfter(runId: string, step: number): void {
  for (const [key, entry] of kept) if (entry.runId === runId && entry.step > step) kept.delete(key)
}
