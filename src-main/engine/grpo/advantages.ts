/** Group-relative advantages (Shao et al. 2024, section 4.1.2; TRL's `scale_rewards`). */

export type RewardScale = 'group' | 'batch' | 'none'

/** TRL adds this to the standard deviation. */
const EPSILON = 1e-4

export interface Spread {
  mean: number
  /** n−1 standard deviation; 0 for fewer than two values. */
  std: number
  /** All values are the same number. */
  equal: boolean
}

export function spreadOf(values: readonly number[]): Spread {
  const equal = values.every((v) => v === values[0])
  if (equal) return { mean: values[0] ?? 0, std: 0, equal }
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)
  return { mean, std: Math.sqrt(variance), equal }
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
    return rewards.map((r) => (r - mean) / divisor)
  })
}
