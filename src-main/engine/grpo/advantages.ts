/**
 * Group-relative advantages (Shao et al. 2024, section 4.1.2; TRL's `scale_rewards` and `multi_objective_aggregation`). A reward of NaN is
 * no verdict: it is in no mean and no spread, and its advantage is 0.
 */
import type { Settings } from '../../contract/settings.ts'

export type RewardScale = Settings['scaleRewards']

/** TRL adds this to the standard deviation. */
const EPSILON = 1e-4

export interface Spread {
  /** NaN without a verdict. */
  mean: number
  /** n−1 standard deviation; 0 for fewer than two values. */
  std: number
  /** All values are the same number. */
  equal: boolean
}

/** Of the values that are numbers. */
export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter((v) => !Number.isNaN(v))
  const equal = known.every((v) => v === known[0])
  if (equal) return { mean: known[0] ?? Number.NaN, std: 0, equal }
  const mean = known.reduce((sum, v) => sum + v, 0) / known.length
  const variance = known.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (known.length - 1)
  return { mean, std: Math.sqrt(variance), equal }
}

/** Weighted sum of what the rewards said of an output, null where one had no verdict; NaN if none had. */
export function totalReward(values: readonly (number | null)[], weights: readonly number[]): number {
  if (values.every((v) => v === null)) return Number.NaN
  return values.reduce<number>((sum, v, i) => sum + (v ?? 0) * weights[i], 0)
}

/**
 * A_i = (r_i − mean of its group) / (σ + 1e-4), with σ of the group, of the whole batch, or without division.
 * A group whose rewards are all equal gets exactly zero: its mean is taken as that number, so no rounding residue is blown up.
 * @param groups rewards by group
 */
export function advantagesOf(groups: readonly (readonly number[])[], scale: RewardScale): number[][] {
  const batchStd = scale === 'batch' ? spreadOf(groups.flat()).std : 0
  return groups.map((rewards) => {
    const { mean, std } = spreadOf(rewards)
    const divisor = scale === 'none' ? 1 : (scale === 'batch' ? batchStd : std) + EPSILON
    return rewards.map((r) => (Number.isNaN(r) ? 0 : (r - mean) / divisor))
  })
}

/**
 * GDPO (TRL's normalize_then_sum): each reward is normalised within its group by itself, their weighted sum by the spread of the batch, so
 * that a reward of small spread is not drowned by one of large spread. The mean of that sum over the batch is 0 as it stands.
 * @param groups by group and output, what each reward said
 * @param weightsOf of the rewards, by group
 */
export function advantagesByReward(
  groups: readonly (readonly (readonly (number | null)[])[])[],
  weightsOf: (group: number) => readonly number[],
): number[][] {
  const sums = groups.map((outputs, g) => {
    const weights = weightsOf(g)
    const normalised = weights.map((_, k) => advantagesOf([outputs.map((o) => o[k] ?? Number.NaN)], 'group')[0])
    return outputs.map((o, i) =>
      totalReward(
        o.map((v, k) => (v === null ? null : normalised[k][i])),
        weights,
      ),
    )
  })
  const { std } = spreadOf(sums.flat())
  return sums.map((group) => group.map((r) => (Number.isNaN(r) ? 0 : r / (std + EPSILON))))
}
