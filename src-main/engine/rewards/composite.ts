/** The composite reward of a group's outputs, side by side, and the running statistics that a side may be scaled by. */
import { z } from 'zod'
import type { SideRewards } from '../../contract/composite.ts'
import type { Domain } from '../../contract/domains.ts'
import type { GroupRecord, RewardParts } from '../../contract/records.ts'
import {
  type RewardName,
  type RewardSide,
  rewardInfo,
  rewardNames,
  rewardSides,
  sideOf,
} from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import { spreadOf } from '../grpo/advantages.ts'

const moments = z.strictObject({ count: z.number(), mean: z.number(), squares: z.number() })
/** Of each side's values over all outputs of the steps before: kept in checkpoints. */
export const runningSides = z.partialRecord(z.enum(rewardSides), moments)
export type RunningSides = z.infer<typeof runningSides>

/** As advantages have it, so that a side without spread is not blown up. */
const EPSILON = 1e-4

/** @returns for each output its sides; those on which no reward has a verdict are left out */
export function sidesOfGroup(
  parts: readonly RewardParts[],
  domain: Domain,
  { rewardWeights, sideWeights, sideScaling }: Pick<Settings, 'rewardWeights' | 'sideWeights' | 'sideScaling'>,
  running: RunningSides = {},
): SideRewards[] {
  const sides = parts.map((): SideRewards => ({}))
  for (const side of rewardSides) {
    const values = parts.map((own) => valueOn(side, own, rewardWeights))
    const known = values.filter((value) => value !== null)
    if (known.length === 0) continue
    const scale = scaleOf(sideScaling[side], known, running[side])
    values.forEach((value, i) => {
      if (value !== null) sides[i][side] = { value, share: sideWeights[domain][side] * scale(value) }
    })
  }
  return sides
}

function valueOn(side: RewardSide, parts: RewardParts, weights: Settings['rewardWeights']): number | null {
  const own = (Object.keys(parts) as RewardName[]).filter((name) => sideOf(name) === side)
  const judged = own.filter((name) => parts[name]!.value !== null)
  if (judged.length === 0) return null
  return judged.reduce((sum, name) => sum + (weights[name] ?? 0) * parts[name]!.value!, 0)
}

function scaleOf(
  scaling: Settings['sideScaling'][RewardSide],
  values: readonly number[],
  running: RunningSides[RewardSide],
): (value: number) => number {
  if (scaling === 'none') return (value) => value
  const { mean, std } =
    scaling === 'running' && running && running.count >= 2
      ? { mean: running.mean, std: Math.sqrt(running.squares / (running.count - 1)) }
      : spreadOf(values)
  return (value) => (value - mean) / (std + EPSILON)
}

/** With the values of one more step (Welford 1962). */
export function withStep(before: RunningSides, groups: readonly Pick<GroupRecord, 'completions'>[]): RunningSides {
  const after: RunningSides = Object.fromEntries(Object.entries(before).map(([side, m]) => [side, { ...m }]))
  for (const { completions } of groups)
    for (const { sides = {} } of completions)
      for (const side of rewardSides) {
        const value = sides[side]?.value
        if (value === undefined) continue
        const m = after[side] ?? { count: 0, mean: 0, squares: 0 }
        after[side] = m
        m.count++
        const distance = value - m.mean
        m.mean += distance / m.count
        m.squares += distance * (value - m.mean)
      }
  return after
}

export interface NeuralReward {
  message: string
  hint: string
}

/** What a person should know who lets a reward model count on reasoning prompts. @param domains of the run's problems */
export function neuralRewardOn(domains: ReadonlySet<Domain>, settings: Settings): NeuralReward | null {
  const { rewardWeights, sideWeights } = settings
  const learnt = rewardNames.filter((name) => rewardInfo[name].learnt && (rewardWeights[name] ?? 0) !== 0)
  const reasoning = [...domains].filter((d) => d !== 'general' && sideWeights[d].general !== 0).sort()
  if (learnt.length === 0 || reasoning.length === 0) return null
  const where = reasoning.map((d) => `${d} (${sideWeights[d].general})`).join(', ')
  return {
    message: `A reward model counts on reasoning prompts: ${learnt.join(' and ')} on ${where}. R1 gives reasoning prompts rules alone, as what pleases a reward model need not be right.`,
    hint: `Set ${reasoning.map((d) => `sideWeights.${d}.general`).join(', ')} to 0, or watch the held-out accuracy beside the reward.`,
  }
}
