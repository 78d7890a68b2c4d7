/** Tokens of stored samples as a checkpoint sees them, or as another trainer told of them: how likely each was, how open the choice, what else was likely. */
import { z } from 'zod'

/** NaN: not delivered. */
export interface TokenView {
  /** As it reads in its place; several tokens that make one character together are one. */
  text: string
  /** Natural log-probability after all before it, at temperature 1. */
  logProb: number
  /** The same under the reference policy of the checkpoint: the difference is what training has changed. */
  referenceLogProb: number
  /** Of the distribution that it was drawn from, in nats. */
  entropy: number
  /** The likeliest tokens in its place, itself included where it is one. */
  likely: { text: string; probability: number }[]
  /** It ends the sample. */
  end?: true
}

export interface TokenViews {
  /** Step of the checkpoint that was asked; null for what another trainer's sampler told. */
  checkpoint: number | null
  /** In the order of the samples. */
  samples: TokenView[][]
}

export const tokenQuestion = z.object({
  runId: z.string().min(1).max(100),
  source: z.enum(['train', 'evaluation']),
  /** Of the samples. Those of training are from the policy after the step before, those of evaluations from the one after theirs: the checkpoint nearest to it is asked. */
  step: z.number().int().min(0),
  group: z.number().int().min(0).nullable(),
  prompt: z.string().max(200_000),
  samples: z
    .array(z.object({ sample: z.number().int().min(0), text: z.string().max(10_000_000), ended: z.boolean() }))
    .min(1)
    .max(256),
})
export type TokenQuestion = z.infer<typeof tokenQuestion>
