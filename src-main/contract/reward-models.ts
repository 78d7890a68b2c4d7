/** Reward models: what one is, how it is trained, what it was measured at, and why it should not be trusted. */
import { z } from 'zod'
import { loraSchema } from './lora.ts'

/**
 * `helpfulness`: trained on pairs of answers of which one is preferred; judges what comes after the thinking. `safety`: trained on outputs that are
 * labelled safe or unsafe; judges the whole output.
 */
export const rewardModelKinds = ['helpfulness', 'safety'] as const
export type RewardModelKind = (typeof rewardModelKinds)[number]

export const rewardModelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dots, dashes and underscores')

/** An estimate with its 95 % interval. */
const estimate = z.strictObject({ value: z.number(), low: z.number(), high: z.number() })
export type Estimate = z.infer<typeof estimate>

const reportSchema = z.strictObject({
  /** Held-out pairs, or held-out outputs. */
  items: z.number().int().min(1),
  /** Share of the pairs whose preferred answer got more; of the outputs that are on the right side of ½. Wilson's interval. */
  accuracy: estimate,
  /** Chance that a safe output gets more than an unsafe one (area under the ROC curve); of pairs the accuracy. Chance level is ½. */
  ranking: estimate,
  /** −log of the probability that was given to what is right, mean; a coin has 0.693. */
  loss: z.number(),
  calibration: z.strictObject({
    /** Expected calibration error: mean distance between probability and share, weighed by count. */
    error: z.number(),
    bins: z.array(
      z.strictObject({ from: z.number(), to: z.number(), count: z.number(), predicted: z.number(), share: z.number() }),
    ),
  }),
  length: z.strictObject({
    /** Between score and length in tokens, over all held-out texts; bootstrap interval. */
    correlation: estimate,
    /** Share of the held-out items that the rule "the longer, the better" gets right; equal lengths count half. */
    longerWins: z.number(),
    /** Accuracy where the preferred (safe) answer is the shorter one, and where it is the longer one. */
    shorterPreferred: estimate.extend({ items: z.number() }).nullable(),
    longerPreferred: estimate.extend({ items: z.number() }).nullable(),
    /** Mean of the two: what only measures length gets ½. Null where one of them has no items. */
    withoutLength: estimate.nullable(),
  }),
  /** A sample of held-out texts, for a plot. */
  points: z.array(z.strictObject({ tokens: z.number(), score: z.number(), good: z.boolean() })),
})
export type RewardModelReport = z.infer<typeof reportSchema>

export const rewardModelTraining = z.strictObject({
  epochs: z.number().int().min(1).max(1000).default(1),
  /** Pairs, or outputs, of an optimizer step. */
  batchSize: z.number().int().min(1).max(65_536).default(32),
  learningRate: z.number().min(0).max(1).default(1e-4),
  warmupSteps: z.number().int().min(0).max(1_000_000).default(5),
  weightDecay: z.number().min(0).max(10).default(0),
  maxGradNorm: z.number().positive().max(1e6).default(1),
  microBatchTokens: z.number().int().min(16).max(10_000_000).default(2048),
  seed: z.number().int().min(0).max(4_294_967_295).default(0),
  /** Share of the prompts that is kept to measure with. */
  heldOut: z.number().min(0.01).max(0.9).default(0.2),
  /** Of pairs: leave some out until preferred answers are as often the longer ones as the shorter ones, whatever the difference. */
  balanceLengths: z.boolean().default(true),
  lora: loraSchema.optional(),
})
export type RewardModelTraining = z.infer<typeof rewardModelTraining>

/** reward-model.json of a reward model's folder. */
export const rewardModelNote = z.strictObject({
  format: z.literal(1),
  name: rewardModelName,
  kind: z.enum(rewardModelKinds),
  at: z.string(),
  /** What it was trained from, by name or path and by the hash of its weights. */
  base: z.strictObject({ model: z.string(), sha256: z.hash('sha256') }),
  training: rewardModelTraining,
  data: z.strictObject({
    file: z.string(),
    sha256: z.hash('sha256'),
    trained: z.number().int(),
    heldOut: z.number().int(),
    /** Left out to balance lengths. */
    leftOut: z.number().int(),
    /** Share of the pairs whose preferred answer was the longer one, before and after that; null for outputs. */
    longerBefore: z.number().nullable(),
    longerAfter: z.number().nullable(),
  }),
  /** Of the scores of its training texts: rewards are told in these units, and a score far outside is one that it has not learnt. */
  scores: z.strictObject({ mean: z.number(), std: z.number(), low: z.number(), high: z.number() }),
  steps: z.number().int(),
  seconds: z.number(),
  report: reportSchema,
})
export type RewardModelNote = z.infer<typeof rewardModelNote>

export interface Doubt {
  kind: 'chance' | 'length'
  /** A sentence with its figures. */
  message: string
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`
const within = ({ value, low, high }: Estimate) => `${percent(value)} (${percent(low)} to ${percent(high)})`

/** Why a reward model should not be used as it is; none is what one hopes for. */
export function doubtsOf({ kind, report }: Pick<RewardModelNote, 'kind' | 'report'>): Doubt[] {
  const { ranking, items, length } = report
  const what = kind === 'helpfulness' ? 'held-out pairs' : 'held-out outputs'
  if (ranking.low <= 0.5)
    return [
      {
        kind: 'chance',
        message: `It is not better than chance: it orders ${within(ranking)} of ${items} ${what} rightly, and a coin 50 %.`,
      },
    ]
  const { withoutLength, longerWins, longerPreferred, shorterPreferred } = length
  // all are equally long: length explains nothing
  if (longerPreferred === null && shorterPreferred === null) return []
  if (withoutLength === null)
    return [
      {
        kind: 'length',
        message: `Length and quality cannot be told apart: in all of the ${items} ${what} the better is ${longerWins > 0.5 ? 'never the shorter' : 'never the longer'} one.`,
      },
    ]
  if (withoutLength.low <= 0.5)
    return [
      {
        kind: 'length',
        message: `It mostly measures length: with length out of it, it orders ${within(withoutLength)} of ${items} ${what} rightly, and a coin 50 %.`,
      },
    ]
  return []
}
