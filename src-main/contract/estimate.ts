/** What a run will need before it is started: memory and time, as the engine works them out and people read them. */

import type { StageKind } from './stages.ts'

/** What holds memory, in the order in which a bar shows it. */
export const memoryParts = {
  program: 'Node and the tensor library',
  weights: 'the model’s weights, and what reading them took',
  training: 'reference, gradients and AdamW’s moments of what is trained; a critic',
  work: 'sampling (KV cache) and a micro-batch (activations): the allocator keeps the one’s beside the other’s',
} as const
export type MemoryPart = keyof typeof memoryParts

export interface MemoryEstimate {
  /** The engine's peak, in bytes: the sum of the parts. */
  bytes: number
  parts: Record<MemoryPart, number>
  /** What `work` is made of. */
  sampling: number
  update: number
  /** Measured with this model here, or worked out from the architecture alone. */
  basis: 'measured' | 'computed'
}

/** Bytes of the machine, or of the container that this runs in. */
export interface MachineMemory {
  total: number
  /** What could be had now without anything else giving way. */
  available: number
  limitedBy: 'machine' | 'container'
}

export interface StepSeconds {
  rollout: number
  update: number
  step: number
}

export interface TimeEstimate {
  /** A step of the GRPO stages, or of all where there is none, with answers as long as they are expected to be. */
  typical: StepSeconds
  /** Every answer runs to the token limit. */
  full: StepSeconds
  /** Seconds a step of each stage. */
  stages: { name: string; kind: StageKind; steps: number; typical: number; full: number }[]
  /** The whole run, evaluations and first recordings included, in seconds. */
  runSeconds: { typical: number; full: number }
  /** Mean tokens of an answer that `typical` reckons with, and where they come from. */
  meanLength: number
  lengths: 'sampled' | 'earlier-run'
  /** Of the earlier run. */
  earlierRun?: number
  measuredOn: string
}

/** A change of the recipe as the command line takes it, and what it does. */
export interface Change {
  assignment: string
  from: string
  to: string
  label: string
}

export interface Estimate {
  memory: MemoryEstimate
  machine: MachineMemory
  /** null where it cannot be said: a GPU has memory of its own. */
  fits: boolean | null
  /** What would make it fit, least harm first; empty where it fits, null where nothing that was tried would. */
  remedy: Change[] | null
  /** What the estimate is with the remedy; where none would do, with all that was tried. */
  remedyBytes: number | null
  /** null until this model was measured here. */
  time: TimeEstimate | null
  /** Whether it rests on measurements of this model as it will be trained, or with checkpointing the other way. */
  measured: 'this' | 'alike' | null
  /** Parameters, and those that are trained. */
  parameters: number
  trained: number
}

/** An estimate comes at once, and again when what it lacks was measured. */
export type EstimateEvent =
  | { type: 'estimate'; estimate: Estimate; final: boolean }
  | { type: 'measuring'; part: MeasuredPart }
  /** Why there will be no times: another run trains, or the model cannot even be tried here. */
  | { type: 'unmeasured'; reason: string }

export const measuredParts = ['update', 'sampling'] as const
export type MeasuredPart = (typeof measuredParts)[number]
