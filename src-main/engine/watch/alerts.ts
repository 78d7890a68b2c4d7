/** What a person should look at: each a sentence with its evidence and what helps. Knows the steps and evaluations before. */
import { z } from 'zod'
import type { EvaluationSummary } from '../../contract/evaluation.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { type CourseAlert, courseAlerts } from '../../contract/records.ts'
import { type Apart, apart, evaluationMemory, withEvaluation, withStep } from './apart.ts'
import { signalNames } from './signals.ts'
import { type Finding, LONG, type Moment, watches } from './watches.ts'

export interface Alert extends Finding {
  kind: CourseAlert
  step: number
}

/** An alert of one kind is not repeated within so many steps. */
const QUIET = 25

const watched: readonly string[] = [
  'kl',
  'grad_norm',
  'reward',
  'frac_reward_zero_std',
  'completions/mean_length',
  'completions/clipped_ratio',
  'sampling/logp_difference/mean',
  'sampling/logp_difference/max',
  ...signalNames,
]
const isWatched = (name: string) => watched.includes(name) || /^rewards\/.+\/mean$/.test(name)

/** What the alerts know of the time before: kept in a checkpoint, so that a resumed run raises the same ones. */
export const alertMemory = z.strictObject({
  recent: z.array(z.record(z.string(), z.number().nullable())),
  /** Versions before 0.2.0 had none. */
  evaluations: z.array(evaluationMemory).default([]),
  /** Step of the newest alert of each kind. */
  raisedAt: z.partialRecord(z.enum(courseAlerts), z.number()),
})
export type AlertMemory = z.infer<typeof alertMemory>

/** Looks at each step and evaluation; keeps what it needs of the last ones. */
export class Alerts {
  private recent: Moment[]
  private evaluations: Apart[]
  private readonly raisedAt: AlertMemory['raisedAt']

  constructor(memory: AlertMemory = { recent: [], evaluations: [], raisedAt: {} }) {
    this.recent = memory.recent
    this.evaluations = memory.evaluations
    this.raisedAt = { ...memory.raisedAt }
  }

  get memory(): AlertMemory {
    return {
      recent: this.recent.map((moment) => ({ ...moment })),
      evaluations: this.evaluations,
      raisedAt: { ...this.raisedAt },
    }
  }

  /** A step of another stage than GRPO learns nothing from rewards; after it the policy is another, and no rise or fall is counted from before. */
  look(step: number, metrics: Metrics): Alert[] {
    if (metrics.kl === undefined) {
      this.recent = []
      this.evaluations = []
      return []
    }
    // a checkpoint is JSON, which knows no NaN
    const kept = Object.entries(metrics).filter(([name]) => isWatched(name))
    const moment = Object.fromEntries(kept.map(([name, value]) => [name, Number.isFinite(value) ? value : null]))
    this.recent = [...this.recent, moment].slice(-LONG)
    this.evaluations = withStep(this.evaluations, step, moment)
    return watches.flatMap(({ kind, look }) => this.raise(kind, step, look(this.recent)))
  }

  /** @param weights of the rewards, by name: which way each pulls */
  evaluated(evaluation: EvaluationSummary, weights: Readonly<Record<string, number>>): Alert[] {
    const found = apart(this.evaluations, evaluation, this.recent, weights)
    this.evaluations = withEvaluation(this.evaluations, evaluation)
    return this.raise('reward-apart', evaluation.step, found)
  }

  /** Tells once of a reward model that counts on reasoning prompts, and again after it had stopped to. */
  neuralReward(step: number, found: Finding | null): Alert[] {
    const told = this.raisedAt['neural-reward'] !== undefined
    if (found && !told) return this.raise('neural-reward', step, found)
    if (!found) delete this.raisedAt['neural-reward']
    return []
  }

  private raise(kind: CourseAlert, step: number, found: Finding | null): Alert[] {
    if (!found || step - (this.raisedAt[kind] ?? -QUIET) < QUIET) return []
    this.raisedAt[kind] = step
    return [{ step, kind, ...found }]
  }
}
