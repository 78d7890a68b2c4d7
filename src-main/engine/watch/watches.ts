/** What is watched for: each condition with its sentence, its evidence in numbers, and what helps. */
import type { CourseAlert } from '../../contract/records.ts'

/** Metrics of a step; null where there was no number. */
export type Moment = Readonly<Record<string, number | null>>

export interface Finding {
  message: string
  hint: string
}

export interface Watch {
  kind: CourseAlert
  /** @param recent metrics of the last `LONG` steps at most, the newest last */
  look: (recent: readonly Moment[]) => Finding | null
}

/** Steps in which something sudden shows, and in which something slow does. */
const SHORT = 5
export const LONG = 20
/** Steps at each end of the long window whose means are compared. */
const END = 6
/** Steps in a row for which a share must be high. */
const LASTING = 3

/**
 * Nats by which sampler and trainer may disagree on a token. Rounding alone makes some 1e-5 of 32-bit floats; 0.05 moves a probability ratio by
 * 5 %, a quarter of the way to the usual clip bound, before anything was learned.
 */
const MOST_GAP = 0.05

/** Of an explosion: steps in a row, how many times what was usual, and the least that is large: KL in nats a token, and a gradient's norm. */
const SUDDEN = 2
const MANY = 10
const LARGE_KL = 3
const LARGE_NORM = 10
/** Steps without which nothing is usual. */
const FEWEST = 5

/** Growth of the share of right answers that pays for longer or repeating ones. */
const PAID = 0.05

export const watches: readonly Watch[] = [
  {
    kind: 'kl-jump',
    look: (all) => {
      const recent = all.slice(-SHORT).map((moment) => at(moment, 'kl'))
      const last = recent.slice(-2)
      // a run begins with its reference
      const first = all.length < SHORT ? 0 : Math.min(...recent.slice(0, -2))
      // one improbable token makes a step's mean large, and says nothing: two steps in a row do
      const least = last.length < 2 ? 0 : Math.min(...last)
      if (!(least >= 0.5 && least >= 5 * first) || explodedKl(all)) return null
      return {
        message: `KL to the reference rose from ${first.toPrecision(2)} to ${last[1].toPrecision(2)} nats a token in ${recent.length} steps.`,
        hint: 'Lower the learning rate, raise the KL coefficient, or refresh the reference.',
      }
    },
  },
  {
    kind: 'kl-explosion',
    look: (all) => {
      const kl = explodedKl(all)
      if (!kl) return null
      return {
        message: `KL to the reference exploded, to ${kl.toPrecision(2)} nats a token: the policy has left the model that it began as.`,
        hint: 'Roll back to a checkpoint from before, with a lower learning rate: going on seldom mends it.',
      }
    },
  },
  {
    kind: 'gradient-explosion',
    look: (all) => {
      const norms = all.map((moment) => at(moment, 'grad_norm')).filter(Number.isFinite)
      const before = norms.slice(0, -SUDDEN).sort((a, b) => a - b)
      if (before.length < FEWEST) return null
      const usual = before[before.length >> 1]
      const least = Math.min(...norms.slice(-SUDDEN))
      if (!(least >= LARGE_NORM && least >= MANY * usual)) return null
      return {
        message: `The gradient norm exploded: at least ${least.toPrecision(3)} in two steps in a row, where ${usual.toPrecision(2)} was usual.`,
        hint: 'Roll back to a checkpoint from before, with a lower learning rate or a lower limit of the gradient norm.',
      }
    },
  },
  {
    kind: 'no-signal',
    look: (all) => {
      if (!lasts(all, 'frac_reward_zero_std', 0.9, SHORT)) return null
      return {
        message: `In each of the last ${SHORT} steps at least 90 % of the groups got equal rewards (mean ${at(all.at(-1), 'reward').toPrecision(3)}): they teach nothing.`,
        hint: 'Raise the temperature or the group size, or stop here if the accuracy is what you wanted.',
      }
    },
  },
  {
    kind: 'all-truncated',
    look: (all) => {
      if (!lasts(all, 'completions/clipped_ratio', 0.8)) return null
      return {
        message: `${percent(at(all.at(-1), 'completions/clipped_ratio'))} of the outputs reach the token limit, for 3 steps now.`,
        hint: 'Raise the token limit.',
      }
    },
  },
  {
    kind: 'sampler-gap',
    look: (all) => {
      const gap = at(all.at(-1), 'sampling/logp_difference/max')
      if (!(gap >= MOST_GAP)) return null
      const mean = at(all.at(-1), 'sampling/logp_difference/mean')
      return {
        message: `Sampler and trainer disagree by up to ${gap.toPrecision(2)} nats on the same token and weights (mean ${mean.toPrecision(2)}; rounding alone stays under 0.001).`,
        hint: 'Run the doctor; another backend may be sounder on this machine.',
      }
    },
  },
  {
    kind: 'length-growth',
    look: (all) => {
      const grown = growth(all, 'completions/mean_length')
      if (!grown || grown.after < 1.4 * grown.before || grown.after < grown.before + 8 || paid(all)) return null
      return {
        message: `Answers grew from ${grown.before.toFixed(0)} to ${grown.after.toFixed(0)} tokens in ${LONG} steps, ${rightness(all)}.`,
        hint: 'Read the longest ones. A reward that pays length, or a limit that cuts wrong answers off, may be the reason.',
      }
    },
  },
  {
    kind: 'repetition-growth',
    look: (all) => {
      const grown = growth(all, 'completions/repetition')
      if (!grown || grown.after < grown.before + 0.15 || paid(all)) return null
      return {
        message: `Answers repeat themselves: from ${percent(grown.before)} to ${percent(grown.after)} repeated 4-grams in ${LONG} steps, ${rightness(all)}.`,
        hint: 'Weigh the repetition reward, raise the KL coefficient, or lower the learning rate.',
      }
    },
  },
  {
    kind: 'identical-answers',
    look: (all) => {
      if (!lasts(all, 'completions/identical_groups', 0.5)) return null
      return {
        message: `In ${percent(at(all.at(-1), 'completions/identical_groups'))} of the groups all outputs give the same answer, and no rule calls it right.`,
        hint: 'Raise the temperature or the entropy bonus: nothing is tried any more.',
      }
    },
  },
  {
    kind: 'hollow-format',
    look: (all) => {
      if (!lasts(all, 'completions/hollow', 0.6)) return null
      return {
        message: `${percent(at(all.at(-1), 'completions/hollow'))} of the outputs keep the form without a thought or a right answer in it.`,
        hint: 'Lower the weight of the form: it is paid whatever stands in it.',
      }
    },
  },
  {
    kind: 'reward-model-range',
    look: (all) => {
      if (!lasts(all, 'reward_model/out_of_range', 0.2)) return null
      return {
        message: `Of ${percent(at(all.at(-1), 'reward_model/out_of_range'))} of the outputs the reward model's score leaves the range of its training texts.`,
        hint: 'It judges what it has not learnt: label such outputs and train it again, lower its weight, or raise the KL coefficient.',
      }
    },
  },
  {
    kind: 'other-language',
    look: (all) => {
      if (!lasts(all, 'completions/other_language', 0.3)) return null
      return {
        message: `${percent(at(all.at(-1), 'completions/other_language'))} of the outputs reason in another language than they are asked in.`,
        hint: 'Weigh the language reward, or let it be: it may cost accuracy.',
      }
    },
  },
]

/** The newest KL, if it exploded: in two steps in a row, and many times what it was in the steps before. */
function explodedKl(all: readonly Moment[]): number | undefined {
  const kl = all.map((moment) => at(moment, 'kl'))
  const last = kl.slice(-SUDDEN)
  // a run begins with its reference
  const before = all.length < LONG ? 0 : Math.min(...kl.slice(0, -SUDDEN))
  const least = last.length < SUDDEN ? 0 : Math.min(...last)
  return least >= LARGE_KL && least >= MANY * before ? last[1] : undefined
}

const at = (moment: Moment | undefined, name: string): number => moment?.[name] ?? Number.NaN
const percent = (share: number) => `${Math.round(100 * share)} %`

function lasts(all: readonly Moment[], name: string, least: number, steps = LASTING): boolean {
  const recent = all.slice(-steps)
  return recent.length === steps && recent.every((moment) => at(moment, name) >= least)
}

/** Means over the first and the last steps of the long window; undefined while it is not full, or without numbers. */
function growth(all: readonly Moment[], name: string): { before: number; after: number } | undefined {
  if (all.length < LONG) return undefined
  const before = mean(all.slice(0, END), name)
  const after = mean(all.slice(-END), name)
  return before === undefined || after === undefined ? undefined : { before, after }
}

export function mean(moments: readonly Moment[], name: string): number | undefined {
  const known = moments.map((moment) => moment[name] ?? null).filter((value) => value !== null)
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** More answers are right than before. */
function paid(all: readonly Moment[]): boolean {
  const right = growth(all, 'completions/right')
  return right !== undefined && right.after > right.before + PAID
}

function rightness(all: readonly Moment[]): string {
  const right = growth(all, 'completions/right')
  if (!right) return 'and no reward says which are right'
  return `while the share of right ones went from ${percent(right.before)} to ${percent(right.after)}`
}
