/** The kinds of stages that a recipe is made of, and what each of them is told. */
import { z } from 'zod'
import { domains } from './domains.ts'
import { evaluationSchema } from './evaluation.ts'
import { type Gate, gateSchema } from './gates.ts'
import { loraSchema } from './lora.ts'
import { rewardModelKinds, rewardModelName } from './reward-models.ts'
import { partialSettings } from './settings.ts'

const common = {
  name: z.string().min(1).max(60),
  /** Steps before the next stage begins. */
  steps: z.number().int().min(1).max(10_000_000),
  settings: partialSettings.default({}),
  /** Settings that change inside the stage. */
  milestones: z
    .array(
      z.strictObject({
        /** Step of the stage from which they hold. */
        at: z.number().int().min(2).max(10_000_000),
        settings: partialSettings,
      }),
    )
    .max(100)
    .optional(),
}

/** Of the kinds whose policy changes, and so is evaluated. */
const gate = gateSchema.optional()

const many = z.number().int().min(1).max(1_000_000)

/** Where solved problems come from. */
const source = z.union([
  /** The worked solution, in words, of each training problem that has one. */
  z.literal('solutions'),
  /**
   * So many problems of the task's kinds, each worked out at length in the embedded model's own form. `mixed`: the share of the arithmetic ones
   * that changes into another language on the way.
   */
  z.strictObject({ traces: many, mixed: z.number().min(0).max(1).optional() }),
  /** So many texts like those that the embedded model was pre-trained on, right and wrong ones. */
  z.strictObject({ corpus: many }),
  /** So many general requests, answered well and badly. */
  z.strictObject({ requests: many }),
  /** JSON lines; a relative path starts at the recipe file's folder. */
  z.strictObject({ file: z.string().min(1) }),
  /** What an earlier rejection-sampling stage of the recipe collected, by its name. */
  z.strictObject({ stage: z.string().min(1).max(60) }),
])
export type SupervisedSource = z.infer<typeof source>

/** Of supervised stages: short examples share a row of a batch, each for itself. */
const packing = z.boolean().default(false)

/** What a supervised stage learns from: of several sources all. */
export const supervisedData = z.union([source, z.array(source).min(1).max(20)])
export type SupervisedData = z.infer<typeof supervisedData>

export const sourcesOf = (data: SupervisedData): SupervisedSource[] => (Array.isArray(data) ? data : [data])

/** Of which domains the prompts are that are sampled for; without it all of the recipe. */
const prompts = { domains: z.array(z.enum(domains)).min(1).optional() }

const grpo = z.strictObject({ kind: z.literal('grpo'), ...common, gate, ...prompts })

const sft = z.strictObject({ kind: z.literal('sft'), ...common, gate, data: supervisedData, packing })

const rejectionSampling = z.strictObject({
  kind: z.literal('rejection-sampling'),
  ...common,
  ...prompts,
  /** Least share of the words in the target language (the parameter `target` of the reward `language`). */
  minLanguage: z.number().min(0).max(1).default(0.9),
  /** Longest paragraph that is kept, in characters. */
  maxParagraph: z.number().int().min(1).max(1_000_000).default(2000),
  /** Most samples that are kept of one problem, so that easy ones do not outnumber the others. */
  keepPerPrompt: z.number().int().min(1).max(10_000).default(4),
})

const distil = z.strictObject({
  kind: z.literal('distil'),
  ...common,
  gate,
  data: supervisedData,
  packing,
  /** The student, named like the recipe's model; training goes on with it in place of the model before. */
  model: z.string().min(1).default('embedded'),
  /** Of the student's layers only so many, evenly spaced, as DistilBERT begins (Sanh et al. 2019). */
  layers: z.number().int().min(1).max(1000).optional(),
})

const rewardModel = z.strictObject({
  kind: z.literal('reward-model'),
  ...common,
  /** What rewards call it: their parameter `model`. */
  name: rewardModelName,
  judges: z.enum(rewardModelKinds),
  data: z.union([
    /** JSON lines of preferences or labels; a relative path starts at the recipe file's folder. */
    z.strictObject({ file: z.string().min(1) }),
    /** So many pairs of answers to general requests, or so many labelled answers. */
    z.strictObject({ requests: many }),
  ]),
  /** What it begins as, named like the recipe's model; the policy as it stands where none is named. */
  model: z.string().min(1).optional(),
  lora: loraSchema.optional(),
  /** Share of the prompts that is kept to measure with. */
  heldOut: z.number().min(0.01).max(0.9).default(0.2),
  /** Of pairs: leave some out until preferred answers are as often the longer ones as the shorter ones. */
  balanceLengths: z.boolean().default(true),
})

const evaluation = z.strictObject({
  kind: z.literal('evaluate'),
  ...common,
  /** It is one step, in which nothing is trained. */
  steps: z.number().int().min(1).max(1).default(1),
  /** Held-out problems; without it as many as the run's last evaluation has. */
  prompts: z.number().int().min(1).max(100_000).optional(),
  /** How it samples, in place of the recipe's `evaluation`. */
  evaluation: evaluationSchema.optional(),
})

export const stageSchema = z.discriminatedUnion('kind', [grpo, sft, rejectionSampling, distil, rewardModel, evaluation])
export type Stage = z.infer<typeof stageSchema>
export type StageKind = Stage['kind']
export type StageOf<K extends StageKind> = Extract<Stage, { kind: K }>

/** Of stages that are evaluated, where they have one. */
export const gateOf = (stage: Stage): Gate | undefined => ('gate' in stage ? stage.gate : undefined)

/** Stages that learn from solved problems. */
export const isSupervised = (stage: Stage): stage is StageOf<'sft' | 'distil'> =>
  stage.kind === 'sft' || stage.kind === 'distil'

/** Kinds that learn in one way have one name: a student learns as the policy does. */
export const wayOf = (kind: StageKind): StageKind => (kind === 'distil' ? 'sft' : kind)

/** Kinds in which the policy stays what it is. */
export const leavesPolicy = ({ kind }: Pick<Stage, 'kind'>): boolean =>
  kind === 'rejection-sampling' || kind === 'reward-model' || kind === 'evaluate'

/** What a person reads of each kind. */
export const stageKinds: Record<StageKind, { label: string; about: string }> = {
  grpo: { label: 'RL', about: 'GRPO: groups of answers, scored by the rewards.' },
  sft: { label: 'SFT', about: 'Supervised fine-tuning on solved problems.' },
  'rejection-sampling': {
    label: 'samples',
    about: 'Rejection sampling: right answers are collected; nothing is trained.',
  },
  distil: {
    label: 'distil',
    about: 'Distillation: another model learns from what was collected, and takes the policy’s place.',
  },
  'reward-model': {
    label: 'reward model',
    about: 'A reward model learns from preferences or labels; the policy stays as it is.',
  },
  evaluate: { label: 'evaluation', about: 'The policy is measured on held-out problems; nothing is trained.' },
}

/** What a rejection-sampling stage may find wrong with a sample: the first that applies is counted. */
export const dropReasons = [
  'unfinished',
  'wrong',
  'malformed',
  'mixed_language',
  'long_paragraph',
  'duplicate',
  'surplus',
] as const
export type DropReason = (typeof dropReasons)[number]
