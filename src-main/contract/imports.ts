/** Runs that lie on the disk, left there by another trainer or by another copy of this app, and how they come in. */
import { z } from 'zod'

export const importFormats = ['trl', 'verl', 'tensorboard', 'csv', 'jsonl', 'parquet', 'export'] as const
/** What stands in place of the client of a trainer’s run that was imported. */
export const importClient = 'import'
export type ImportFormat = (typeof importFormats)[number]

/** Formats that are tables: which column is what has to be said, or guessed. */
export const tableFormatsRead = ['csv', 'jsonl', 'parquet'] as const satisfies ImportFormat[]

/** What a column of a table may be. */
export const importFields = {
  step: 'number of the step, from 0 or 1',
  time: 'when it was: ISO time, or seconds since 1970',
  seconds: 'seconds of training since the step before',
  prompt: 'text of the prompt',
  completion: 'text of the completion: the table then has a row for each',
  group: 'what tells the groups of a step apart; without it, their prompts do',
  answer: 'reference answer',
  domain: 'what the prompt is about',
  reward: 'reward of the completion',
  advantage: 'advantage of the completion',
  tokens: 'sampled tokens of the completion',
  finish: 'why the completion ended: stop or length',
} as const
export type ImportField = keyof typeof importFields

/** Families of columns, each with a name of its own: `metric.reward`. */
export const importFamilies = {
  metric: 'metric of the step, by its name here',
  evaluation: 'measured on held-out prompts at the step',
  part: 'part of the completion’s reward, by the reward’s name',
  setting: 'value in force in the step',
} as const
export type ImportFamily = keyof typeof importFamilies

/** Column of each field; an empty one: the field is in no column. `weight.NAME` is a number: the weight of a part. */
export const importMapSchema = z.record(z.string().min(1).max(220), z.string().max(1000))
export type ImportMap = z.infer<typeof importMapSchema>

export const importAskSchema = z.object({
  /** Of a file or folder on the host’s machine. */
  path: z.string().trim().min(1).max(4000),
  as: z.enum(importFormats).optional(),
  map: importMapSchema.default({}),
  /** Nothing beyond the mapping is guessed. */
  exact: z.boolean().default(false),
  title: z.string().trim().min(1).max(200).optional(),
})
export type ImportAsk = z.input<typeof importAskSchema>

export interface ImportTable {
  columns: string[]
  /** The first rows, as text. */
  rows: string[][]
  /** What will be read. */
  map: ImportMap
  /** Fields of it that nobody named. */
  guessed: string[]
}

/** What a path turned out to be. */
export interface ImportFound {
  format: ImportFormat
  path: string
  title: string
  /** A sentence for each thing that was found. */
  sentences: string[]
  bytes: number
  /** Of tables. */
  table: ImportTable | null
  /** Why it cannot be imported like this: what the mapping lacks. */
  problem: { message: string; hint: string } | null
  /** With their weights, as far as they are known before all is read. */
  rewards: { name: string; weight: number }[]
  /** Run that the same was imported as before. */
  known: { id: string; number: number; name: string; binned: boolean } | null
}

/** The import that is on its way, or the last one. */
export interface ImportState {
  path: string
  title: string
  format: ImportFormat
  phase: 'reading' | 'done' | 'cancelled' | 'failed'
  bytes: number
  totalBytes: number
  steps: number
  /** Number and id of the run that it became. */
  run: { id: string; number: number } | null
  error: { message: string; hint: string } | null
}
