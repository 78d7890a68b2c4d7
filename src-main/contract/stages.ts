/** The kinds of stages that a recipe is made of, and what each of them is told. */
import { z } from 'zod'
import { type Gate, gateSchema } from './gates.ts'
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

/** Where the solved problems come from that a supervised stage learns from. */
export const supervisedData = z.union([
  /** The worked solution, in words, of each training problem that has one. */
  z.literal('solutions'),
  /** So many arithmetic problems, each worked out at length in the embedded model's own form, every step rechecked. */
  z.strictObject({ traces: z.number().int().min(1).max(1_000_000) }),
  /** JSON lines; a relative path starts at the recipe file's folder. */
  z.strictObject({ file: z.string().min(1) }),
  /** What an earlier rejection-sampling stage of the recipe collected, by its name. */
  z.strictObject({ stage: z.string().min(1).max(60) }),
])
export type SupervisedData = z.infer<typeof supervisedData>

const grpo = z.strictObject({ kind: z.literal('grpo'), ...common, gate })

const sft = z.strictObject({ kind: z.literal('sft'), ...common, gate, data: supervisedData })

const rejectionSampling = z.strictObject({
  kind: z.literal('rejection-sampling'),
  ...common,
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
  /** The student, named like the recipe's model; training goes on with it in place of the model before. */
  model: z.string().min(1).default('embedded'),
  /** Of the student's layers only so many, evenly spaced, as DistilBERT begins (Sanh et al. 2019). */
  layers: z.number().int().min(1).max(1000).optional(),
})

export const stageSchema = z.discriminatedUnion('kind', [grpo, sft, rejectionSampling, distil])
export type Stage = z.infer<typeof stageSchema>
export type StageKind = Stage['kind']
export type StageOf<K extends StageKind> = Extract<Stage, { kind: K }>

/** Of stages that are evaluated, where they have one. */
export const gateOf = (stage: Stage): Gate | undefined => ('gate' in stage ? stage.gate : undefined)

/** Stages that learn from solved problems. */
export const isSupervised = (stage: Stage): stage is StageOf<'sft' | 'distil'> => 'data' in stage

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
