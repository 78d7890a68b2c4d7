/** What a person should look at: each a sentence with its evidence and what helps. */
import { z } from 'zod'
import type { MetricName, Metrics } from '../contract/metrics.ts'
import { type AlertRecord, courseAlerts } from '../contract/records.ts'

export type Alert = Omit<AlertRecord, 'id' | 'at'>

const WINDOW = 5
/** An alert of one kind is not repeated within so many steps. */
const QUIET = 25

/**
 * Nats by which sampler and trainer may disagree on a token. Rounding alone makes some 1e-5 of 32-bit floats; 0.05 moves a probability ratio by
 * 5 %, a quarter of the way to the usual clip bound, before anything was learned.
 */
const MOST_GAP = 0.05

const watched = [
  'kl',
  'reward',
  'frac_reward_zero_std',
  'completions/clipped_ratio',
  'sampling/logp_difference/mean',
  'sampling/logp_difference/max',
] as const satisfies MetricName[]
type Watched = Pick<Metrics, (typeof watched)[number]>

/** What the alerts know of the steps before: kept in a checkpoint, so that a resumed run raises the same ones. */
export const alertMemory = z.strictObject({
  recent: z.array(z.record(z.enum(watched), z.number())),
  /** Step of the newest alert of each kind. */
  raisedAt: z.partialRecord(z.enum(courseAlerts), z.number()),
})
export type AlertMemory = z.infer<typeof alertMemory>

interface Watch {
  kind: (typeof courseAlerts)[number]
  /** @param recent metrics of the last steps, the newest last */
  look: (recent: Watched[]) => { message: string; hint: string } | null
}

const watches: Watch[] = [
  {
    kind: 'kl-jump',
    look: (recent) => {
      const [first, last] = [recent[0].kl, recent.at(-1)!.kl]
      if (last < 0.5 || last < 5 * first) return null
      return {
        message: `KL to the reference rose from ${first.toPrecision(2)} to ${last.toPrecision(2)} nats a token in ${recent.length} steps.`,
        hint: 'Lower the learning rate, raise the KL coefficient, or refresh the reference.',
      }
    },
  },
  {
    kind: 'no-signal',
    look: (recent) => {
      if (recent.length < WINDOW || recent.some((m) => m.frac_reward_zero_std < 0.9)) return null
      const last = recent.at(-1)!
      return {
        message: `In each of the last ${WINDOW} steps at least 90 % of the groups got equal rewards (mean ${last.reward.toPrecision(3)}): they teach nothing.`,
        hint: 'Raise the temperature or the group size, or stop here if the accuracy is what you wanted.',
      }
    },
  },
  {
    kind: 'all-truncated',
    look: (recent) => {
      if (recent.length < 3 || recent.slice(-3).some((m) => m['completions/clipped_ratio'] < 0.8)) return null
      return {
        message: `${Math.round(100 * recent.at(-1)!['completions/clipped_ratio'])} % of the outputs reach the token limit, for 3 steps now.`,
        hint: 'Raise the token limit.',
      }
    },
  },
  {
    kind: 'sampler-gap',
    look: (recent) => {
      const last = recent.at(-1)!
      const gap = last['sampling/logp_difference/max']
      if (gap < MOST_GAP) return null
      const mean = last['sampling/logp_difference/mean']
      return {
        message: `Sampler and trainer disagree by up to ${gap.toPrecision(2)} nats on the same token and weights (mean ${mean.toPrecision(2)}; rounding alone stays under 0.001).`,
        hint: 'Run the doctor; another backend may be sounder on this machine.',
      }
    },
  },
]

/** Looks at each step's metrics; keeps what it needs of the last ones. */
export class Alerts {
  private recent: Watched[]
  private readonly raisedAt: AlertMemory['raisedAt']

  constructor(memory: AlertMemory = { recent: [], raisedAt: {} }) {
    this.recent = memory.recent
    this.raisedAt = { ...memory.raisedAt }
  }

  get memory(): AlertMemory {
    return { recent: this.recent, raisedAt: { ...this.raisedAt } }
  }

  look(step: number, metrics: Metrics): Alert[] {
    const kept = Object.fromEntries(watched.map((name) => [name, metrics[name]])) as Watched
    this.recent = [...this.recent, kept].slice(-WINDOW)
    return watches.flatMap(({ kind, look }) => {
      const found = look(this.recent)
      if (!found || step - (this.raisedAt[kind] ?? -QUIET) < QUIET) return []
      this.raisedAt[kind] = step
      return [{ step, kind, ...found }]
    })
  }
}
