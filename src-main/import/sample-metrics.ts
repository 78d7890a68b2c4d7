/** What the samples of a step tell of it by themselves, where its source tells nothing more. */
import type { Report } from '../contract/ingest.ts'

type Group = Extract<Report, { kind: 'group' }>

/** By TRL's names and rules: the spread of the reward is its mean within groups, of n − 1 degrees of freedom. */
export function metricsOfGroups(groups: readonly Group[]): Record<string, number | null> {
  const metrics: Record<string, number | null> = {}
  const completions = groups.flatMap((group) => group.completions)
  const rewards = numbers(completions.map(({ reward }) => reward))
  if (rewards.length > 0) {
    metrics.reward = mean(rewards)
    const spreads = groups.map((group) => deviation(numbers(group.completions.map(({ reward }) => reward))))
    metrics.reward_std = mean(spreads)
    metrics.frac_reward_zero_std = mean(spreads.map((spread) => Number(spread < 1e-8)))
  }
  const names = new Set(completions.flatMap(({ parts }) => Object.keys(parts)))
  for (const name of names) {
    const values = numbers(completions.map(({ parts }) => parts[name]?.value))
    if (values.length === 0) continue
    metrics[`rewards/${name}/mean`] = mean(values)
    metrics[`rewards/${name}/std`] = deviation(values)
  }
  const tokens = numbers(completions.map((completion) => completion.tokens))
  if (tokens.length > 0) {
    metrics['completions/mean_length'] = mean(tokens)
    metrics['completions/max_length'] = tokens.reduce((most, one) => Math.max(most, one))
  }
  const ends = completions.map(({ finishReason }) => finishReason).filter((reason) => reason !== null)
  if (ends.length > 0) metrics['completions/clipped_ratio'] = mean(ends.map((reason) => Number(reason === 'length')))
  return metrics
}

const numbers = (values: readonly (number | null | undefined)[]) =>
  values.filter((value): value is number => typeof value === 'number')

export const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = mean(values)
  return Math.sqrt(values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (values.length - 1))
}
