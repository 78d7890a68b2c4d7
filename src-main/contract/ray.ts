/** Training on a Ray cluster: the cluster as a person saved it, the job that runs there, and the order that it is given. */
import { z } from 'zod'
import type { ErrorReport } from './errors.ts'
import type { Recipe } from './recipe.ts'
import type { PartialSettings, Settings } from './settings.ts'
import type { Stage } from './stages.ts'
import { type Trainer, trainers } from './trainer-names.ts'

export const clusterName = z.string().regex(/^[\w][\w .-]{0,59}$/, 'must be letters, digits, spaces, dots and dashes')

const host = z.string().regex(/^(?!-)[\w.@:[\]-]{1,255}$/, 'must be a host, or user@host')
const count = (most: number) => z.number().int().min(1).max(most)

export const clusterSchema = z.strictObject({
  name: clusterName,
  /** Of the cluster's dashboard: as the ssh host reaches it where there is one, else as this machine does. */
  address: z.string().max(500),
  /** The app opens a tunnel through it, and keeps that. */
  ssh: z
    .strictObject({
      host,
      port: z.number().int().min(1).max(65_535).nullable().default(null),
      /** Of a private key. */
      identity: z.string().max(4000).nullable().default(null),
      /** In place of ~/.ssh/config. */
      config: z.string().max(4000).nullable().default(null),
    })
    .nullable()
    .default(null),
  /** Where the cluster's head reaches this app, if that is neither loopback nor through the tunnel. */
  reach: z.string().max(500).nullable().default(null),
  /** File with the token of a dashboard that asks for one. */
  tokenFile: z.string().max(4000).nullable().default(null),
  trainer: z.enum(trainers).default('trl'),
  workers: z
    .strictObject({
      count: count(4096).default(1),
      cpus: z.number().min(0.1).max(1024).default(1),
      gpus: z.number().min(0).max(64).default(0),
    })
    .prefault({}),
  /** Folder for checkpoints, which all nodes of the cluster share. */
  storage: z.string().min(1).max(4000).default('/tmp/grpo-studio'),
  /** Command that runs the rewards; null: Node as Python's package registry has it. */
  node: z.string().min(1).max(1000).nullable().default('node'),
  /** Packages that Ray installs for the job. */
  pip: z.array(z.string().min(1).max(200)).max(100).default([]),
  env: z.record(z.string().regex(/^[A-Za-z_]\w*$/), z.string().max(4000)).default({}),
})
export type Cluster = z.infer<typeof clusterSchema>

/** NAME=VALUE, as one types a variable of the job. */
export function variableIn(text: string): [name: string, value: string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

/** What a cluster answers when its connection is tried. */
export interface ClusterState {
  rayVersion: string
  nodes: number
  cpus: number
  gpus: number
  /** What is not in use at the moment; null where it does not say. */
  freeCpus: number | null
  freeGpus: number | null
}

/** What the job's working directory is made from. */
export interface JobOrder {
  recipe: Recipe
  /** Under which the driver opens its run in the ingest API. */
  key: string
  trainer: Trainer
  /** As the cluster's head reaches this app. */
  report: { url: string; token: string }
  workers: Cluster['workers']
  storage: string
  node: string | null
  /** Go on from the last checkpoint in `storage`. */
  resume: boolean
}

export const jobFileVersion = 1

/** job.json, which the driver reads. */
export interface JobFile
  extends Omit<JobOrder, 'recipe'>,
    Pick<
      Recipe,
      | 'title'
      | 'seed'
      | 'gradientCheckpointing'
      | 'trainPrompts'
      | 'evalPrompts'
      | 'evalEvery'
      | 'finalEvalPrompts'
      | 'evaluation'
      | 'checkpointEvery'
    > {
  version: typeof jobFileVersion
  /** A folder of the working directory, or a model of the hub. */
  model: { path: string } | { hub: string; revision: string | null }
  lora: Recipe['lora'] | null
  /** Tokens of an answer in evaluations. */
  longestLimit: number
  /** Those that any stage computes. */
  rewards: string[]
  stages: JobStage[]
}

export type JobStage = Omit<Stage, 'settings' | 'milestones'> & {
  index: number
  /** Of the run, from 1. */
  firstStep: number
  /** All of them, as they are when nothing is steered. */
  settings: Settings
  /** Those that the stage itself names. */
  changes: PartialSettings
  /** By steps of the run. */
  milestones: { step: number; settings: PartialSettings }[]
}

/**
 * `preparing`: its files are being written and sent. `gone`: the cluster answers, and does not know it: its head was started anew.
 * The others are Ray's own.
 */
export const jobStatuses = ['preparing', 'pending', 'running', 'succeeded', 'failed', 'stopped', 'gone'] as const
export type JobStatus = (typeof jobStatuses)[number]

export const isOver = (status: JobStatus): boolean =>
  status !== 'preparing' && status !== 'pending' && status !== 'running'

/** One submission; a run that was resumed has several. */
export interface RayJob {
  /** Ray's submission id. */
  id: string
  /** Of its run, from 1. */
  attempt: number
  cluster: string
  address: string
  /** Through which it is reached. */
  ssh: string | null
  trainer: Trainer
  status: JobStatus
  /** What Ray says of it. */
  message: string
  submittedAt: string
  endedAt: string | null
  /** Since when the cluster does not answer, and why; null while it does. */
  unreachable: { since: string; error: ErrorReport } | null
  /** Asked to end, and has not yet. */
  stopping: boolean
}

/** What the list of runs shows of it. */
export type RayJobSummary = Pick<RayJob, 'cluster' | 'status' | 'unreachable' | 'stopping'>

/** A part of a job's log, by UTF-8 bytes of what was kept of it. */
export interface LogPage {
  text: string
  from: number
  to: number
  size: number
  /** It is too large to be kept whole: what came after is only on the cluster. */
  cut: boolean
}

export interface LogHit {
  /** Where its line begins. */
  at: number
  line: string
}
