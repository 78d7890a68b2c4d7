import type { GroupSummary } from '../../../../src-main/contract/records.ts'

/** Samples of a group, best first, so that a row reads as a distribution. */
export function bySample(group: GroupSummary): number[] {
  return group.advantages
    .map((_, i) => i)
    .sort((a, b) => group.advantages[b] - group.advantages[a] || group.rewards[b] - group.rewards[a] || a - b)
}
