/** What a run leaves behind: the same shapes travel from the engine to the store and to the window. */
import type { SideRewards } from './composite.ts'
import type { ErrorReport } from './errors.ts'
import type { KnobChanges } from './knobs.ts'
import type { RunMarks } from './marks.ts'
import type { Metrics } from './metrics.ts'
import type { RayJobSummary } from './ray.ts'
import type { Recipe } from './recipe.ts'
import type { RewardName } from './rewards.ts'
import type { SampleLabel } from './sample-label.ts'
import type { Settings } from './settings.ts'
import type { Stage } from './stages.ts'

export type FinishReason = 'stop' | 'length'

export interface RewardPart {
  /** Raw value before its weight, usually 0 or 1; null is no verdict. */
  value: number | null
  weight: number
  /** What the reward saw: the parsed answer, the failed rule. */
  reason: string
  /**
   * What the value is made of, by name: a ratio, a length, the answer that was read. A reward model says by `outside`, 1 or 0, whether its score
   * leaves the range of those that it gave its training texts.
   */
  parts?: Record<string, number | string>
}

/** By reward: those that were computed. */
export type RewardParts = Partial<Record<RewardName, RewardPart>>

export interface CompletionRecord {
  /** Position in its group, from 0. */
  sample: number
  /** null: it was not kept. */
  text: string | null
  /** Sampled tokens, end token included; null: its trainer did not deliver them. */
  tokens: number | null
  /** null: its trainer did not deliver it. */
  finishReason: FinishReason | null
  /** Weighted sum of the parts; NaN if none has a verdict. */
  reward: number
  parts: RewardParts
  /** Of the composite reward; versions before 0.2.0 had none. */
  sides?: SideRewards
  advantage: number
  /** In which it reasons (ISO 639-1), `und` where that cannot be told; runs of earlier versions do not have it. */
  language?: string
  /** By a person. */
  label?: SampleLabel
}

/** As our own sampler delivers one. */
export interface SampledCompletion extends CompletionRecord {
  text: string
  tokens: number
  finishReason: FinishReason
}

export interface GroupSummary {
  /** Position in its step, from 0. */
  group: number
  prompt: string
  answer: string
  kind: string
  meanReward: number
  /** n−1 standard deviation. */
  stdReward: number
  /** All outputs were rewarded alike, and so teach nothing; never with a critic. */
  zeroSpread: boolean
  /** One per sample, in sample order. */
  advantages: number[]
  rewards: number[]
}

export interface GroupRecord extends GroupSummary {
  completions: CompletionRecord[]
  /** What a verifier needs of the problem: tests of a program, a puzzle. Told by the engine, and stored once a prompt. */
  data?: ProblemData
}

export interface SampledGroup extends GroupRecord {
  completions: SampledCompletion[]
}

export type ProblemData = Readonly<Record<string, unknown>>

export interface StepSummary {
  /** From 1; step 0 is the model before training. */
  step: number
  stage: number
  /** ISO time of its end. */
  at: string
  settings: Settings
  metrics: Metrics
  groups: GroupSummary[]
}

export interface StepReport extends Omit<StepSummary, 'groups'> {
  groups: SampledGroup[]
}

export const commandKinds = [
  'set',
  'pause',
  'resume',
  'step',
  'stop',
  'save',
  'next-stage',
  'stay',
  'refresh-reference',
  'repeat-stage',
  'skip-stage',
  'insert-stage',
] as const
export type SteeringKind = (typeof commandKinds)[number]

/** What a person asks of a running engine. */
export interface SteeringCommand {
  kind: SteeringKind
  /** With `set` only. */
  changes?: KnobChanges
  /** With `skip-stage` and `insert-stage`. */
  detail?: EventDetail
  /** Why, in the person's words. */
  note?: string
}

/** What stands in a run's story beside what was asked of its engine: where it began, and where it went back. */
export type EventKind = SteeringKind | 'fork' | 'roll-back' | 'recipe'

export interface EventDetail {
  /** Of a fork: the run that was forked. Of a roll back: the run that keeps what was abandoned. */
  run?: number
  /** Of a recipe that was taken over from its edited file. */
  file?: string
  /** Of a fork: what was asked to differ, as `key=value`. */
  assignments?: string[]
  /** Place in the plan, from 0: of the stage to skip, or that the inserted one will have. */
  stage?: number
  insert?: Stage
  /** Stage that the run was in when a change of its plan came into force. */
  current?: number
}

export interface SteeringEvent extends Omit<SteeringCommand, 'kind'> {
  kind: EventKind
  id: number
  runId: string
  requestedAt: string
  /** Last finished step when it was asked. */
  requestedStep: number
  /** First step in which it was in force; null until the engine confirmed it. */
  effectiveStep: number | null
  /** Values before, of the knobs it changed. */
  before: KnobChanges
  /** Set when the engine or host refused it. */
  refused: string | null
}

export interface StageRecord {
  stage: number
  name: string
  kind: string
  plannedSteps: number
  /** First step of the stage; null while it waits. */
  firstStep: number | null
  lastStep: number | null
  /** Why it ended. */
  endReason: 'steps' | 'gate' | 'steered' | 'stopped' | 'skipped' | null
}

export interface CheckpointRecord {
  step: number
  at: string
  /** Folder below the run's own. */
  folder: string
  bytes: number
}

/** As windows hear of it: that of another trainer lies where `folder` says on its machine, and need not tell its size. */
export type ListedCheckpoint = Omit<CheckpointRecord, 'bytes'> & { bytes: number | null }

/** Alerts about the course of the metrics: a run that is resumed comes upon them again at the same steps. */
export const courseAlerts = [
  'kl-jump',
  'kl-explosion',
  'gradient-explosion',
  'no-signal',
  'all-truncated',
  'sampler-gap',
  // of reward hacking
  'length-growth',
  'repetition-growth',
  'identical-answers',
  'hollow-format',
  'other-language',
  'reward-apart',
  'reward-model-range',
  'neural-reward',
] as const
export type CourseAlert = (typeof courseAlerts)[number]

export type AlertKind =
  | CourseAlert
  | 'non-finite'
  | 'disk-full'
  | 'storage'
  | 'engine-died'
  | 'checkpoint'
  | 'gate'
  | 'reward-model'
  | 'no-data'
  // told by another trainer
  | 'trainer'
  | 'trainer-note'

export interface AlertRecord {
  id: number
  step: number
  at: string
  kind: AlertKind
  /** A sentence with its evidence. */
  message: string
  /** What helps. */
  hint: string
  /** Samples that show it; none for what concerns the run as a whole. */
  evidence: readonly Evidence[]
}

/** Where a stored sample lies. */
export interface Evidence {
  step: number
  group: number
  sample: number
}

/** `abandoned`: the steps that another run left behind when it was rolled back. */
export type RunStatus =
  | 'starting'
  | 'running'
  | 'paused'
  | 'finished'
  | 'stopped'
  | 'failed'
  | 'interrupted'
  | 'abandoned'

/** The trainer of a run that is not trained here. */
export interface RunSource {
  /** `trl`, `verl`, `openrlhf` … */
  engine: string
  version: string
  /** Of the client that reports. */
  client: string
  machine: string
}

/** What such a trainer says of itself and can be asked for. */
export interface Attached {
  model: string
  /** Its own configuration, by its own names. */
  config: Record<string, unknown>
  /** That may be turned, by our names. */
  knobs: readonly string[]
  commands: readonly SteeringKind[]
  /** By knob, why it cannot be turned. */
  refusals: Readonly<Record<string, string>>
}

export interface RunSummary extends RunMarks {
  id: string
  /** Ordinal for people: #1, #2 … */
  number: number
  name: string
  recipe: string
  /** Number of the run whose steps up to `forkStep` come before its own; null: it began by itself. */
  parent: number | null
  forkStep: number | null
  status: RunStatus
  /** null: it is trained here. */
  source: RunSource | null
  /** Of a run that this app submitted to a cluster: its newest job there. */
  job: RayJobSummary | null
  /** null: its trainer did not deliver it. */
  seed: number | null
  backend: string | null
  createdAt: string
  endedAt: string | null
  step: number
  /** null: its trainer did not deliver them. */
  totalSteps: number | null
  stage: number
  stageName: string
  stageCount: number
  /** The person asked to stay in this stage. */
  staying: boolean
  /** Seconds to the end at the present pace; null when it does not run. */
  etaSeconds: number | null
  /** Seconds of training so far, pauses not counted. */
  trainedSeconds: number
  reward: number | null
  /** Latest held-out accuracy. */
  accuracy: number | null
  error: ErrorReport | null
}

export interface RunDetail extends RunSummary {
  /** Of another trainer, from whom there is no recipe: one stage that stands for its training. `attached` has what it said. */
  config: Recipe
  attached: Attached | null
  /** In force now (or at the last step); NaN where another trainer did not deliver it. */
  settings: Settings
  /** Asked for, not yet in force. */
  pending: SteeringEvent[]
  stages: StageRecord[]
  folder: string
}

/** Where in a step the engine is. */
export interface PhaseReport {
  step: number
  phase: 'evaluate' | 'rollout' | 'reward' | 'update' | 'checkpoint' | 'idle'
  /** 0 to 1 */
  fraction: number
}

export interface BackendProbe {
  name: string
  available: boolean
  /** What it is, or why it cannot be used. */
  reason: string
  /** Time to load it and to check its arithmetic. */
  milliseconds?: number
  /** Speed of a 512 × 512 × 512 float32 product, in 10⁹ floating-point operations a second. */
  gflops?: number
}
