/** Entropy in the objective: a bonus for it, and learning only where it is high. Plain numbers, over a whole mini-batch. */
import { losses } from './losses/table.ts'
import type { LossType } from './objective.ts'

/**
 * The coefficient of each token's entropy, so that with all tokens kept the bonus is the coefficient times the mean entropy.
 * @param kept 1 where the policy term counts, a list a row
 * @param lengths tokens that count in each row
 */
export function entropyShares(
  type: LossType,
  coefficient: number,
  kept: readonly (readonly number[])[],
  lengths: readonly number[],
): number[][] {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
  const tokens = losses[type].entropyOver === 'counted' ? sum(lengths) : sum(kept.map(sum))
  return kept.map((row) => row.map((one) => (coefficient * one) / Math.max(tokens, 1)))
}

/**
 * 1 for the tokens whose entropy is at least the quantile 1 − share of all (Wang et al. 2025, "Beyond the 80/20 rule"), 0 for the rest. The
 * quantile interpolates between neighbours, as torch.quantile.
 * @param entropies of the tokens that count, a list a row
 */
export function topEntropy(entropies: readonly ArrayLike<number>[], share: number): number[][] {
  const rows = entropies.map((row) => Array.from(row))
  const sorted = rows.flat().sort((a, b) => a - b)
  if (sorted.length === 0) return rows
  const place = (sorted.length - 1) * (1 - share)
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  const threshold = below + (above - below) * (place - Math.floor(place))
  return rows.map((row) => row.map((h) => (h >= threshold ? 1 : 0)))
}
