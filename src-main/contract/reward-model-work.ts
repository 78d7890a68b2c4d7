/** What is asked about reward models outside any run: training one, how far that is, comparing several, trying one. */
import { z } from 'zod'
import type { ErrorReport } from './errors.ts'
import {
  type Estimate,
  type RewardModelKind,
  type RewardModelNote,
  type RewardModelReport,
  rewardModelKinds,
  rewardModelName,
  rewardModelTraining,
} from './reward-models.ts'

export const trainingOrder = z.object({
  name: rewardModelName,
  kind: z.enum(rewardModelKinds),
  /** As a recipe names it. */
  model: z.string().min(1).max(4000),
  /** Path of a file of preferences or labels on the host's machine, or what a person labelled: the number of the set. */
  data: z.union([z.string().min(1).max(4000), z.object({ labels: z.number().int() })]),
  training: rewardModelTraining.prefault({}),
  backend: z.string().optional(),
  /** Takes the place of one of this name. */
  replace: z.boolean().default(false),
})
export type TrainingOrder = z.infer<typeof trainingOrder>

/** One optimizer step. */
export interface TrainingPoint {
  step: number
  /** Of the batch, nats. */
  loss: number
  /** Share of the batch that is on the right side. */
  accuracy: number
}

export interface TrainingState {
  name: string
  kind: RewardModelKind
  /** Where it begins, and what it learns from. */
  model: string
  data: string
  status: 'running' | 'done' | 'failed' | 'cancelled'
  phase: 'reading' | 'training' | 'measuring'
  step: number
  /** 0 until the data is read. */
  steps: number
  /** Of the training itself, at the present pace; null before the second step. */
  etaSeconds: number | null
  startedAt: string
  error: ErrorReport | null
}

export interface RewardModelEntry extends RewardModelNote {
  folder: string
  /** Of its files. */
  bytes: number
}

export interface RewardModelList {
  folder: string
  /** The newest first. */
  models: RewardModelEntry[]
  /** The one under way, or the last of this session. */
  training: (TrainingState & { points: TrainingPoint[] }) | null
}

export const comparisonOrder = z.object({
  names: z.array(z.string().min(1).max(4000)).min(2).max(8),
  /** Another file than what all of them had kept apart: all of it is measured with. */
  data: z.string().min(1).max(4000).optional(),
})

/** Two models on the same items. */
export interface PairedAccuracy {
  a: string
  b: string
  /** Accuracy of b less that of a, with its 95 % interval by the paired bootstrap. */
  difference: Estimate
  /** Items that a alone has right, and that b alone has. */
  onlyA: number
  onlyB: number
  /** McNemar's exact test. */
  p: number
}

export interface RewardModelComparison {
  kind: RewardModelKind
  /** Pairs, or outputs. */
  items: number
  /** The file; null: what all of them had kept apart. */
  data: string | null
  models: { name: string; report: RewardModelReport }[]
  /** Each two, in the order of the names. */
  pairs: PairedAccuracy[]
}

export const trial = z.object({
  name: z.string().min(1).max(4000),
  prompt: z.string().max(200_000),
  texts: z.array(z.string().max(200_000)).min(1).max(8),
})

/** What a text would be given in a run. */
export interface TriedText {
  /** The reward; what cannot be judged gets that of the lowest score of the training texts. */
  value: number
  /** null: it cannot be judged. */
  score: number | null
  /** The score leaves the range of the training texts. */
  outside: boolean
  reason: string
}

/** A reward model that a recipe weighs. */
export interface NamedRewardModel {
  /** As the recipe names it. */
  asked: string
  kind: RewardModelKind
  /** Why it should not be used as it is. */
  doubt: string | null
  /** The recipe says that it is used all the same. */
  accepted: boolean
}
