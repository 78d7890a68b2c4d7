/** Prompts that several runs have answered. */
import { z } from 'zod'

export const commonPromptsQuery = z.object({
  /** By number or id; the order of the first one's prompts is kept. */
  runs: z.array(z.string().min(1).max(100)).min(1).max(32),
  /** In the prompt; letters of either case. */
  text: z.string().max(2000).default(''),
  limit: z.number().int().min(1).max(2000).default(500),
})
export type CommonPromptsQuery = z.output<typeof commonPromptsQuery>

export interface CommonPrompts {
  /** Those of the newest evaluations first, then those of training. */
  prompts: { prompt: string; answer: string; kind: string; source: 'evaluation' | 'train' }[]
  /** There are more than were asked for. */
  more: boolean
}
