/** A stored prompt, answered anew by any model, and judged by the rewards of its run. Nothing of it enters the run. */
import { z } from 'zod'
import type { SampledCompletion } from './records.ts'

export const resampleOrder = z.object({
  /** Name or path of a model; a checkpoint's folder is one too. */
  model: z.string().min(1).max(4000),
  /** Whose recipe writes the prompt and whose rewards judge, with the weights that are in force. */
  runId: z.string().min(1).max(100),
  prompt: z.string().min(1).max(200_000),
  /** The right one, where there is one. */
  answer: z.string().max(200_000).default(''),
  samples: z.number().int().min(1).max(64).default(4),
  maxTokens: z.number().int().min(1).max(131_072).default(256),
  temperature: z.number().min(0).max(5).default(1),
  topP: z.number().min(0.01).max(1).default(1),
  topK: z.number().int().min(0).max(1_000_000).default(0),
  minP: z.number().min(0).max(1).default(0),
  repetitionPenalty: z.number().min(0.1).max(10).default(1),
  seed: z.number().int().min(0).max(4_294_967_295).default(0),
})
export type ResampleOrder = z.output<typeof resampleOrder>

export type Resampled = Omit<SampledCompletion, 'advantage' | 'label'> & {
  /** Null: no reward that says so has a verdict. */
  right: boolean | null
}

/** The share of the work that is done, and last the samples. */
export type ResampleNews = { done: false; fraction: number } | { done: true; seconds: number; samples: Resampled[] }
