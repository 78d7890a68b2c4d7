/** What a person notes about one stored sample. */
import { z } from 'zod'

export interface SampleLabel {
  /** In a word or two. */
  label: string
  note: string
}

/** What most samples are labelled for; any other words will do. */
export const usualLabels = ['hacking', 'good reasoning', 'wrong verdict', 'to discuss'] as const

/** An empty label takes it away. */
export const sampleLabelled = z.object({
  runId: z.string().min(1).max(100),
  step: z.number().int().min(1),
  group: z.number().int().min(0),
  sample: z.number().int().min(0),
  label: z.string().trim().max(60, 'a label has at most 60 characters'),
  note: z.string().trim().max(10_000).default(''),
})
export type SampleLabelled = z.infer<typeof sampleLabelled>
