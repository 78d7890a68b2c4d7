/** Soft overlong punishment (Yu et al. 2025, DAPO, arXiv:2503.14476, eq. 13). */
import type { ParametersOf } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'

/** 0 up to most − cache tokens, (most − cache − tokens) / cache from there to most, −1 beyond. */
export function softOverlong(group: Group, { maxTokens, cacheShare }: ParametersOf<'soft_overlong'>): Verdict[] {
  const most = maxTokens || group.tokenLimit
  const cache = cacheShare * most
  return group.completions.map(({ tokens }) => ({
    value: -Math.min(Math.max((tokens - (most - cache)) / cache, 0), 1),
    reason: `${tokens} of ${most} tokens; punished from ${Math.floor(most - cache)}`,
  }))
}
