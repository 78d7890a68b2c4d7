/** How a problem becomes what the model reads, as a recipe says it. */
import { z } from 'zod'

export const promptStyles = ['auto', 'bare', 'chat', 'text'] as const

/** R1-Zero's template (Guo et al. 2025, Table 1), up to the question itself. */
export const r1ZeroSystem =
  'A conversation between User and Assistant. The user asks a question, and the Assistant solves it. The assistant first thinks about the reasoning process in the mind and then provides the user with the answer. The reasoning process and answer are enclosed within <think> </think> and <answer> </answer> tags, respectively, i.e., <think> reasoning process here </think> <answer> answer here </answer>.'

export const promptSchema = z.strictObject({
  /**
   * `bare`: the problem as it is. `chat`: its question as a message, by the model's chat template. `text`: its question after "User:", for
   * models without a template. `auto`: `chat` where the model has a template, else `bare`.
   */
  style: z.enum(promptStyles).default('auto'),
  /** Comes first in `chat` and `text`; empty for none. */
  system: z.string().max(20_000).default(r1ZeroSystem),
  /** Solved problems that are shown before the question: a small model keeps a form that it has seen. */
  examples: z.number().int().min(0).max(16).default(0),
})

export type PromptForm = z.infer<typeof promptSchema>

export const defaultPrompt: PromptForm = promptSchema.parse({})
