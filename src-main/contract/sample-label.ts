/** What a person notes about one stored sample. */
import { z } from 'zod'

export interface SampleLabel {
  /** In a word or two. */
  label: string
  note: string
}

/** What most samples are labelled for; any other words will do. */
export const usualLabels = ['hacking', 'good reasoning', 'wrong verdict', 'to discuss'] as const

/** Most samples that are labelled at once. */
export const labelledAtOnce = 5000

/** All of them get the label; an empty one takes it away. */
export const samplesLabelled = z.object({
  runId: z.string().min(1).max(100),
  samples: z
    .array(
      z.object({
        step: z.number().int().min(1),
        group: z.number().int().min(0),
        sample: z.number().int().min(0),
      }),
    )
    .min(1)
    .max(labelledAtOnce, `at most ${labelledAtOnce} samples are labelled at once`),
  label: z.string().trim().max(60, 'a label has at most 60 characters'),
  note: z.string().trim().max(10_000).default(''),
})
export type SamplesLabelled = z.infer<typeof samplesLabelled>
