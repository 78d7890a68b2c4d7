/** The loss types by TRL's names: what each says of a token, and how the tokens are averaged. */
import type { LossType } from '../objective.ts'
import { cispo } from './cispo.ts'
import { clipped } from './clipped.ts'
import type { Family } from './policy-term.ts'
import { sapo } from './sapo.ts'
import { vespo } from './vespo.ts'

/** Share of each token of a row that has `n` of the mini-batch's tokens in the loss. */
type Reduction = (n: number, batch: { rows: number; tokens: number; maxCompletionTokens: number }) => number

/** Mean over rows of each row's token mean. */
const meanOfMeans: Reduction = (n, { rows }) => 1 / (Math.max(n, 1) * rows)
/** Mean over all tokens. */
const tokenMean: Reduction = (_, { tokens }) => 1 / Math.max(tokens, 1)
/** Sum over rows × token limit: longer outputs are not favoured. */
const fixedLength: Reduction = (_, { rows, maxCompletionTokens }) => 1 / (rows * maxCompletionTokens)
/** Mean over rows of each row's token sum: with sequence ratios, the sequence's loss times its length. */
const meanOfSums: Reduction = (_, { rows }) => 1 / rows

export interface LossDefinition {
  family: Family
  reduction: Reduction
  /** What the entropy bonus is a mean over where only some tokens carry the policy gradient: these, or all that count. */
  entropyOver: 'kept' | 'counted'
}

export const losses: Record<LossType, LossDefinition> = {
  /** Shao et al. 2024 */
  grpo: { family: clipped, reduction: meanOfMeans, entropyOver: 'kept' },
  /** As dapo; TRL averages its micro-batches one by one, where the whole mini-batch is meant. */
  bnpo: { family: clipped, reduction: tokenMean, entropyOver: 'kept' },
  /** Yu et al. 2025 */
  dapo: { family: clipped, reduction: tokenMean, entropyOver: 'counted' },
  /** Liu et al. 2025 */
  dr_grpo: { family: clipped, reduction: fixedLength, entropyOver: 'kept' },
  /** Length-unbiased sequence policy optimization, 2026 */
  luspo: { family: clipped, reduction: meanOfSums, entropyOver: 'kept' },
  cispo: { family: cispo, reduction: tokenMean, entropyOver: 'counted' },
  sapo: { family: sapo, reduction: meanOfMeans, entropyOver: 'kept' },
  vespo: { family: vespo, reduction: tokenMean, entropyOver: 'counted' },
}

/**
 * The reduction as a weight for each token, so that micro-batches simply add up.
 * @param lengths tokens that count in each row of the whole mini-batch (0 for a masked row)
 * @returns one weight a row, the same for all its tokens
 */
export function tokenWeights(type: LossType, lengths: readonly number[], maxCompletionTokens: number): number[] {
  const batch = { rows: lengths.length, tokens: lengths.reduce((sum, n) => sum + n, 0), maxCompletionTokens }
  return lengths.map((n) => losses[type].reduction(n, batch))
}
