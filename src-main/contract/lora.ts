/** LoRA's own settings, as a recipe gives them. */
import { z } from 'zod'

/** The projections that can be adapted, by the names that all three model families share. */
export const loraTargets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const

export const loraSchema = z.strictObject({
  /** Width of the two matrices; more can express more and costs more. */
  rank: z.number().int().min(1).max(1024).default(16),
  /** The addition is scaled by alpha / rank. */
  alpha: z.number().positive().max(10_000).default(32),
  targets: z
    .array(z.enum(loraTargets))
    .min(1)
    .refine((list) => new Set(list).size === list.length, 'names a projection twice')
    .default([...loraTargets]),
})

export type Lora = z.infer<typeof loraSchema>
