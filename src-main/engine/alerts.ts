/** What a person should look at: each a sentence with its evidence and what helps. */
import type { Metrics } from '../contract/metrics.ts'
import type { AlertKind, AlertRecord } from '../contract/records.ts'

export type Alert = Omit<AlertRecord, 'id' | 'at'>

const WINDOW = 5
/** An alert of one kind is not repeated within so many steps. */
const QUIET = 25

interface Watch {
  kind: AlertKind
  /** @param recent metrics of the last steps, the newest last */
  look: (recent: Metrics[]) => { message: string; hint: string } | null
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
      const gap = recent.at(-1)!['sampling/logp_difference/max']
      if (gap < 0.05) return null
      return {
        message: `Sampler and trainer disagree by up to ${gap.toPrecision(2)} nats on the same token and weights.`,
        hint: 'Run the doctor; another backend may be sounder on this machine.',
      }
    },
  },
]

/** Looks at each step's metrics; keeps what it needs of the last ones. */
export class Alerts {
  private recent: Metrics[] = []
  private readonly raisedAt = new Map<AlertKind, number>()

  look(step: number, metrics: Metrics): Alert[] {
    this.recent = [...this.recent, metrics].slice(-WINDOW)
    return watches.flatMap(({ kind, look }) => {
      const found = look(this.recent)
      if (!found || step - (this.raisedAt.get(kind) ?? -QUIET) < QUIET) return []
      this.raisedAt.set(kind, step)
      return [{ step, kind, ...found }]
    })
  }
}
