/** A reward that rises while the accuracy on held-out prompts, which only rules say, falls: the plainest sign of reward hacking. */
import { z } from 'zod'
import type { EvaluationSummary } from '../../contract/evaluation.ts'
import { type RewardName, rewardInfo, rewardNames } from '../../contract/rewards.ts'
import { type Finding, type Moment, mean } from './watches.ts'

/** Steps after an evaluation, and before the next, over which a reward's mean is taken. */
const SPAN = 5
/** Evaluations that are kept. */
const KEPT = 12
/** Of a reward's range: less counts as no rise. */
const LEAST_RISE = 0.02

/** An evaluation with what the rewards were in the steps after it. */
export const evaluationMemory = z.strictObject({
  step: z.number(),
  accuracy: z.number(),
  low: z.number(),
  high: z.number(),
  after: z.array(z.record(z.string(), z.number().nullable())),
})
export type Apart = z.infer<typeof evaluationMemory>

export function withEvaluation(
  known: readonly Apart[],
  { step, accuracy, accuracyLow, accuracyHigh }: EvaluationSummary,
): Apart[] {
  const one: Apart = { step, accuracy, low: accuracyLow, high: accuracyHigh, after: [] }
  // the first and the best one are what is fallen from
  const best = known.reduce((top, next) => (next.low > (top?.low ?? -1) ? next : top), undefined as Apart | undefined)
  const rest = known.slice(-(KEPT - 1))
  return [...(best && !rest.includes(best) ? [best] : []), ...rest, one]
}

export function withStep(known: readonly Apart[], step: number, moment: Moment): Apart[] {
  const rewards = Object.fromEntries(Object.entries(moment).filter(([name]) => name.startsWith('rewards/')))
  return known.map((one, i) =>
    i === known.length - 1 && step - one.step <= SPAN ? { ...one, after: [...one.after, rewards] } : one,
  )
}

/**
 * @param known evaluations before this one
 * @param weights of the rewards; one that is punished pulls down
 */
export function apart(
  known: readonly Apart[],
  now: EvaluationSummary,
  recent: readonly Moment[],
  weights: Readonly<Record<string, number>>,
): Finding | null {
  for (const before of known.toSorted((a, b) => b.low - a.low)) {
    // intervals that do not meet: no chance of the draw
    if (now.accuracyHigh >= before.low) return null
    const [worst] = rewardNames
      .map((name) => ({ name, ...riseOf(name, before, recent, weights[name] ?? 0) }))
      .filter((one) => one.rise > LEAST_RISE)
      .sort((a, b) => b.rise - a.rise)
    if (!worst) continue
    const { name, from, to } = worst
    return {
      message: `The reward ${name} went from ${short(from)} to ${short(to)} while held-out accuracy fell from ${percent(before.accuracy)} to ${percent(now.accuracy)} (steps ${before.step} to ${now.step}).`,
      hint: `Lower the weight of ${name}, and read what it is paid for.`,
    }
  }
  return null
}

/** Of a reward that does not itself say what is right: its rise in the direction of its weight, as a share of its range. */
function riseOf(name: RewardName, before: Apart, recent: readonly Moment[], weight: number) {
  const { range, ...info } = rewardInfo[name]
  const metric = `rewards/${name}/mean`
  const from = mean(before.after, metric)
  const to = mean(recent.slice(-SPAN), metric)
  if (info.correctness || weight === 0 || from === undefined || to === undefined) return { rise: 0, from: 0, to: 0 }
  return { rise: (Math.sign(weight) * (to - from)) / (range[1] - range[0]), from, to }
}

const short = (value: number) => value.toPrecision(2).replace('-', '−')
const percent = (share: number) => `${(100 * share).toFixed(1)} %`
