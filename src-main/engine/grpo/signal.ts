/** Whether a group teaches anything. */
import type { Settings } from '../../contract/settings.ts'
import { spreadOf } from './advantages.ts'
import type { Episode } from './episode.ts'

/** All outputs were rewarded alike: in sum, or where rewards are normalised one by one by each of them. Its advantages are then 0. */
export function rewardedAlike(group: readonly Episode[], { rewardAggregation }: Settings): boolean {
  if (rewardAggregation === 'sum_then_normalize') return spreadOf(group.map((e) => e.reward)).equal
  const names = Object.keys(group[0].parts) as (keyof Episode['parts'])[]
  return names
    .filter((name) => group[0].parts[name]!.weight !== 0)
    .every((name) => spreadOf(group.map((e) => e.parts[name]?.value ?? Number.NaN)).equal)
}
