/** What each reward, and each side of the composite, added to an output's total. */
import type { SideReward, SideRewards } from '../../src-main/contract/composite.ts'
import type { RewardPart } from '../../src-main/contract/records.ts'
import { type RewardName, type RewardSide, rewardInfo, sideOf } from '../../src-main/contract/rewards.ts'

export type Parts = Readonly<Record<string, RewardPart>>

/** Rewards that add up to the total one by one; or the rewards of a side that was scaled, which add to it together. */
export type Share =
  | { kind: 'reward'; name: string; part: RewardPart }
  | { kind: 'side'; side: RewardSide; own: SideReward; parts: [name: string, part: RewardPart][] }

// a reward of a later version has no record here
const sideIn = (name: string): RewardSide => (name in rewardInfo ? sideOf(name as RewardName) : 'reasoning')

/** Value times weight; null without a verdict. */
export const contributionOf = ({ value, weight }: RewardPart): number | null => (value === null ? null : value * weight)

/** In the order of the rewards. A side counts as scaled when its rewards do not add up to what it added. */
export function sharesOf(parts: Parts, sides: SideRewards = {}): Share[] {
  const all = Object.entries(parts)
  const shares: Share[] = []
  const told = new Set<RewardSide>()
  for (const [name, part] of all) {
    const side = sideIn(name)
    const own = sides[side]
    const together = all.filter(([other]) => sideIn(other) === side)
    const sum = together.reduce((total, [, one]) => total + (contributionOf(one) ?? 0), 0)
    if (!own || Math.abs(sum - own.share) < 1e-9) shares.push({ kind: 'reward', name, part })
    else if (!told.has(side)) {
      told.add(side)
      shares.push({ kind: 'side', side, own, parts: together })
    }
  }
  return shares
}
