/** Searching all completions of a run. */
import { z } from 'zod'
import type { CompletionRecord } from './records.ts'

export const traceSorts = [
  'newest',
  'oldest',
  'reward',
  '-reward',
  'advantage',
  '-advantage',
  'tokens',
  '-tokens',
  'prompt',
  '-prompt',
  'right',
  '-right',
] as const
export type TraceSort = (typeof traceSorts)[number]

/** Of what was stored before anybody looked at the language. */
export const unknownLanguage = '-'

/** Whatever label a person gave. */
export const anyLabel = '*'

const step = z.number().int().min(0)

export const traceQuery = z.object({
  runId: z.string().min(1).max(100),
  /** In the completion; letters of either case. Empty finds all. */
  text: z.string().max(2000).default(''),
  /** `text` is a JavaScript regular expression with the flags m and s, without lookahead and backreferences: letters count as written. */
  regex: z.boolean().default(false),
  /** In the prompt. */
  prompt: z.string().max(2000).default(''),
  right: z.boolean().optional(),
  /** In which it reasons (ISO 639-1); `und` where that cannot be told, `-` where nobody looked. */
  language: z.string().max(10).optional(),
  /** Place of the stage in the plan of the run, from 0. */
  stage: z.number().int().min(0).max(1000).optional(),
  finishReason: z.enum(['stop', 'length']).optional(),
  /** That a person gave; `*` for any. */
  label: z.string().max(60).optional(),
  minReward: z.number().optional(),
  maxReward: z.number().optional(),
  minTokens: step.optional(),
  maxTokens: step.optional(),
  fromStep: step.optional(),
  toStep: step.optional(),
  sort: z.enum(traceSorts).default('newest'),
  /** What the page before said; absent begins. */
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(500).default(100),
})

export type TraceQuery = z.output<typeof traceQuery>

export interface Trace extends CompletionRecord {
  step: number
  group: number
  prompt: string
  answer: string
  kind: string
  /** null: no reward says. */
  right: boolean | null
  /** Where the searched text stands first in the completion: first character and how many. */
  found: [at: number, length: number] | null
}

export interface TracePage {
  hits: Trace[]
  /** Steps that were looked at so far, and those that there are to look at. */
  searched: number
  steps: number
  /** Texts among all that there are to look at that were not kept: nothing is found in them. */
  gone: number
  /** Goes on from here: there may be more. A page may be short or empty and still have one, so that no question takes long. */
  cursor: string | null
}
