/**
 * What a trainer outside this app says of its run, over HTTP or a WebSocket on loopback, and what it hears. Every report has its place in the
 * order of its writer, so that a delivery that is repeated changes nothing; a step, a group or an evaluation that is there already stays as it is.
 */
import { z } from 'zod'

/** A change that older clients cannot read is a new version with a path of its own. */
export const ingestVersion = 1

/** What may come at once. */
export const ingestLimits = {
  /** Of a request's body, in bytes. */
  body: 16 << 20,
  /** Of one text, in UTF-16 code units. */
  text: 10_000_000,
  reports: 1000,
  metrics: 1000,
  completions: 1024,
  rewards: 64,
  /** Of the trainer's own configuration as JSON, in UTF-16 code units. */
  config: 1 << 18,
  /** Of what is sent but not stored, in bytes, over all writers: more has to wait. */
  waiting: 64 << 20,
} as const

const text = z.string().max(ingestLimits.text)
const name = z.string().min(1).max(200)
const step = z.number().int().min(0).max(1e9)
const place = z.number().int().min(0).max(1e6)
/** null: not a finite number. */
const figure = z.number().nullable()
const time = z.iso.datetime({ offset: true })
/** Of one process that reports: a run may have several. */
export const writerName = z.string().regex(/^[\w.-]{1,100}$/)
/** Made by whoever opens the run, and kept by him: it finds the run again. */
export const runKey = z.string().regex(/^[\w-]{8,64}$/)

/** Values by our names of settings (`temperature`, `beta`, `learningRate` …); what is left out was not delivered. */
const settings = z.record(name, z.number())

export const openingSchema = z.object({
  title: z.string().trim().min(1).max(200),
  source: z.object({
    /** `trl`, `verl`, `openrlhf`, `tensorboard` … */
    engine: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
    /** Of the engine. */
    version: z.string().max(60).default(''),
    client: z.string().max(60).default(''),
    machine: z.string().max(200).default(''),
  }),
  model: z.string().max(500).default(''),
  seed: z.number().int().nullable().default(null),
  totalSteps: z.number().int().min(1).max(1e9).nullable().default(null),
  /** Of this process of the trainer. */
  startedAt: time.nullable().default(null),
  /** The trainer's own configuration, by its own names. */
  config: z
    .record(z.string(), z.unknown())
    .refine((all) => JSON.stringify(all).length <= ingestLimits.config, {
      message: `At most ${ingestLimits.config} characters of configuration, as JSON.`,
    })
    .default({}),
  settings: settings.default({}),
  /** Rewards by their own names, with their weights. */
  rewards: z
    .array(z.object({ name, weight: z.number() }))
    .max(ingestLimits.rewards)
    .default([]),
  /** Knobs that may be turned while it trains, by our names (`rewardWeights.NAME` too). */
  knobs: z.array(name).max(200).default([]),
  /** What it can be asked for beside knobs. */
  commands: z.array(z.enum(['pause', 'resume', 'step', 'stop', 'save'])).default([]),
  /** Why other knobs cannot be turned, a sentence each. */
  refusals: z.record(name, z.string().max(500)).default({}),
  /**
   * Goes on after this step: what is stored of later ones will come again, and is forgotten. An opening that is repeated with the same `startedAt`
   * forgets nothing a second time. What a writer still has of later steps from before must not be delivered after it.
   */
  resumedFrom: step.nullable().default(null),
})
export type Opening = z.output<typeof openingSchema>

const rewardPart = z.object({
  /** null: no verdict. */
  value: figure,
  weight: z.number().default(1),
  reason: z.string().max(20_000).default(''),
})

const completion = z.object({
  text,
  /** Sampled tokens. */
  tokens: z.number().int().min(0).nullable().default(null),
  finishReason: z.enum(['stop', 'length']).nullable().default(null),
  reward: figure.default(null),
  /** By reward. */
  parts: z.record(name, rewardPart).default({}),
  advantage: figure.default(null),
  /** Of each sampled token, in order: its text, and its log-probability in nats. */
  tokenTexts: z.array(z.string()).max(200_000).optional(),
  logprobs: z.array(figure).max(200_000).optional(),
})

export const reportSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('group'),
    step,
    /** Position in its step. */
    group: place,
    prompt: text,
    /** The reference answer. */
    answer: text.default(''),
    /** Of the problem: `math`, `code` … */
    domain: z.string().max(60).default(''),
    completions: z.array(completion).min(1).max(ingestLimits.completions),
  }),
  /** Closes a step. Groups of it that other writers have may come after it. */
  z.object({
    kind: z.literal('step'),
    step,
    at: time,
    /** Of training since the step before, pauses not counted. */
    seconds: z.number().min(0).nullable().default(null),
    /** By TRL's names where TRL has one. */
    metrics: z.record(name, figure).refine((all) => Object.keys(all).length <= ingestLimits.metrics, {
      message: `At most ${ingestLimits.metrics} metrics a step.`,
    }),
    /** In force in this step. */
    settings: settings.default({}),
  }),
  z.object({
    kind: z.literal('evaluation'),
    step,
    at: time,
    metrics: z.record(name, figure),
    accuracy: z.number().min(0).max(1).nullable().default(null),
    prompts: z.number().int().min(0).nullable().default(null),
  }),
  /** Of the trainer: it lies where its machine has it. */
  z.object({
    kind: z.literal('checkpoint'),
    step,
    at: time,
    path: z.string().max(4000),
    bytes: z.number().int().min(0).nullable().default(null),
  }),
  /** Something that a person should read. */
  z.object({
    kind: z.literal('event'),
    step,
    at: time,
    level: z.enum(['info', 'warning', 'error']),
    message: z.string().min(1).max(20_000),
    hint: z.string().max(2000).default(''),
    /** That show it: their texts are kept whatever else goes. */
    samples: z
      .array(z.object({ step, group: place, sample: place }))
      .max(100)
      .optional(),
  }),
  z.object({
    kind: z.literal('status'),
    step,
    at: time,
    status: z.enum(['running', 'paused', 'finished', 'stopped', 'failed']),
    /** Why it failed. */
    message: z.string().max(20_000).default(''),
  }),
  /** Of a command: in force from a step on, or refused. */
  z.object({
    kind: z.literal('answer'),
    command: z.number().int(),
    effectiveStep: step,
    /** Values before, of the knobs it changed. */
    before: settings.default({}),
    refused: z.string().max(2000).nullable().default(null),
    settings: settings.default({}),
  }),
])
export type Report = z.output<typeof reportSchema>

export const deliverySchema = z.object({
  writer: writerName,
  /** Each one more than the one before it, from 1: a gap is refused, what is known already is passed over. */
  reports: z.array(z.object({ seq: z.number().int().min(1), report: reportSchema })).max(ingestLimits.reports),
})
export type Delivery = z.output<typeof deliverySchema>

/** What a person asks of the trainer: it holds from the next step on. */
export const commandSchema = z.object({
  id: z.number().int(),
  kind: z.enum(['set', 'pause', 'resume', 'step', 'stop', 'save']),
  /** Values by our names of settings. */
  changes: settings,
  note: z.string(),
  askedAt: z.iso.datetime(),
})
export type IngestCommand = z.output<typeof commandSchema>

export const commandsSchema = z.object({
  /** Not answered yet, oldest first. */
  commands: z.array(commandSchema),
})

/** Answer to an opening. */
export const openedSchema = z.object({
  version: z.literal(ingestVersion),
  /** Number and id of the run in this app. */
  number: z.number().int(),
  id: z.string(),
  /** Last step that is stored; 0 for none. */
  lastStep: z.number().int(),
  /** Of each writer, the last report that is stored. */
  writers: z.record(z.string(), z.number().int()),
})
export type Opened = z.output<typeof openedSchema>

/** Answer to a delivery. */
export const deliveredSchema = commandsSchema.extend({
  /** The last report of this writer that is stored. */
  seq: z.number().int(),
})
export type Delivered = z.output<typeof deliveredSchema>

/** With a status of 400 (what is wrong), 401, 403, 404, 409 (a gap: `expected`), 413 (too large), 503 (wait `retryAfter` seconds). */
export const refusalSchema = z.object({
  code: z.string(),
  /** A sentence that names the value. */
  message: z.string(),
  /** The way out. */
  hint: z.string(),
  /** The next report that is expected of this writer. */
  expected: z.number().int().optional(),
  /** Seconds. */
  retryAfter: z.number().int().optional(),
})
export type IngestRefusal = z.output<typeof refusalSchema>

export const healthSchema = z.object({ version: z.literal(ingestVersion), app: z.string() })
