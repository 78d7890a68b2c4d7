/** Measuring a model from the window: what is asked, what is told on the way, and what a file of problems looks like before it is used. */
import { z } from 'zod'
import { type DataMap, dataMapSchema } from './data-set.ts'
import { domains } from './domains.ts'
import { type EvaluationEntry, evaluationSchema } from './evaluation.ts'
import { puzzleLevels, taskKinds } from './recipe.ts'

export const problemFile = z.object({
  /** On the machine of the host. */
  file: z.string().min(1).max(4000),
  domain: z.enum(domains).default('math'),
  map: dataMapSchema.default({}),
})

const generated = z.object({
  kinds: z.array(z.enum(taskKinds)).min(1),
  /** Of puzzles and functions; all levels without it. */
  level: z.number().int().min(1).max(puzzleLevels).optional(),
})

export const measureOrder = z.object({
  /** A run (number or id), a model's name, or the path of a model or checkpoint. */
  subject: z.string().min(1).max(4000),
  /** Of a run: its checkpoint. */
  step: z.number().int().min(0).optional(),
  /** Without them a run is measured on its own held-out ones. */
  problems: z.union([generated, problemFile]).optional(),
  prompts: z.number().int().min(1).max(100_000),
  form: evaluationSchema,
  /** Without it that of the run, or the default. */
  maxTokens: z.number().int().min(1).max(131_072).optional(),
  seed: z.number().int().min(0).max(4_294_967_295).default(0),
})

export type MeasureOrder = z.input<typeof measureOrder>

/** The share of the outputs that are sampled, and last what came of it. */
export type MeasureNews = { done: false; fraction: number } | { done: true; entry: EvaluationEntry }

/** A file of problems, looked into. */
export interface DataPreview {
  /** Names of the fields of its first row. */
  fields: string[]
  /** The field that each part of a problem is read from: as mapped, or as a known layout has it. */
  map: DataMap
  rows: number
  /** The first few as they are read. */
  problems: { place: string; prompt: string; answer: string; kind: string; level?: number }[]
  /** Rows that cannot be read, and the first of them with what is wrong. */
  wrong: number
  complaints: string[]
}
