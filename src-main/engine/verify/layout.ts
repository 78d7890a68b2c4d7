/** A folder of reference numbers: fixtures.json, and beside it a folder of safetensors a model (see test/fixtures/reference/README.md). */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { StudioError } from '../../contract/errors.ts'

const FILE = 'fixtures.json'

const rows = z.array(z.array(z.number()))
/** null where nothing was computed. */
const sparseRows = z.array(z.array(z.number().nullable()))
const metrics = z.record(z.string(), z.number().nullable())

export const advantageCase = z.object({
  name: z.string(),
  num_generations: z.number().int().min(1),
  /** By reward function, then by completion; null is no verdict. */
  rewards: z.array(z.array(z.number().nullable())).min(1),
  reward_weights: z.array(z.number()).nullable(),
  scale_rewards: z.string(),
  multi_objective_aggregation: z.string(),
  advantages: z.array(z.number()),
  reward: z.number().nullable(),
  reward_std: z.number().nullable(),
  frac_reward_zero_std: z.number(),
})
export type AdvantageCase = z.infer<typeof advantageCase>

const lossInputs = z.object({
  new: rows,
  old: rows,
  ref: rows,
  entropy: rows,
  mask: rows,
  advantages: z.array(z.number()),
  max_completion_length: z.number().int().min(1),
})
export type LossTensors = z.infer<typeof lossInputs>

export const lossCase = z.object({
  name: z.string(),
  /** GRPOConfig's arguments that are not its defaults. */
  config: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  /** false: old log-probs are the new ones, held constant. */
  use_old: z.boolean(),
  resolved: z.object({
    loss_type: z.string(),
    epsilon_low: z.number(),
    epsilon_high: z.number(),
    beta: z.number(),
    importance_sampling_level: z.string(),
    delta: z.number().nullable(),
    use_bias_correction_kl: z.boolean(),
  }),
  mask: rows.optional(),
  tool_mask: rows.optional(),
  loss: z.number(),
  /** With respect to the new log-probs, and to the entropies. */
  grad: rows,
  grad_entropy: rows.optional(),
  metrics,
  intermediate: z.record(z.string(), rows).optional(),
})
export type LossCase = z.infer<typeof lossCase>

export const distributionCase = z.object({
  temperature: z.number(),
  logits: rows,
  index: z.array(z.number().int()),
  logprob: z.array(z.number()),
  entropy: z.array(z.number()),
  w: z.array(z.number()),
  v: z.array(z.number()),
  /** Of sum(w·logprob) + sum(v·entropy) with respect to the logits. */
  grad: rows,
})
export type DistributionCase = z.infer<typeof distributionCase>

export const modelCase = z.object({
  input_ids: rows,
  attention_mask: rows,
  logits_real_tokens: z.array(z.array(z.array(z.number()).nullable())),
  next_logprob: sparseRows,
  ce_loss: z.number(),
  adamw: z.object({
    lr: z.number(),
    betas: z.tuple([z.number(), z.number()]),
    eps: z.number(),
    weight_decay: z.number(),
    ce_loss_after_3_steps: z.number(),
  }),
  greedy: z.object({
    input_ids: rows,
    attention_mask: rows,
    eos: z.number(),
    max_new_tokens: z.number().int().min(1),
    output: rows,
  }),
  e2e: z.object({
    temperature: z.number(),
    beta: z.number(),
    epsilon: z.number(),
    loss_type: z.string(),
    use_bias_correction_kl: z.boolean(),
    prompt_ids: rows,
    prompt_mask: rows,
    completion_ids: rows,
    completion_mask: rows,
    advantages: z.array(z.number()),
    old: rows,
    ref: rows,
    new_logps: rows,
    entropy: rows,
    loss: z.number(),
    grad_norm: z.number(),
    metrics,
  }),
})
export type ModelCase = z.infer<typeof modelCase>

/** Sections of the file that are no cases. */
const about = { versions: z.unknown(), how: z.unknown() }

const fixturesSchema = z.object({
  ...about,
  advantages: z.array(advantageCase),
  loss_inputs: lossInputs,
  loss: z.array(lossCase),
  logprob_entropy: z.array(distributionCase),
  models: z.record(z.string(), modelCase),
})

export interface Fixtures extends z.infer<typeof fixturesSchema> {
  folder: string
  /** Top-level parts of the file that this program knows nothing of. */
  strangers: string[]
}

/** @throws StudioError bad-request for a folder that is not there, has no fixtures.json, or one of another layout (naming the field) */
export function openFixtures(folder: string): Fixtures {
  const hint = `Name a folder with ${FILE} and a folder for each of its models; test/fixtures/reference is one.`
  const fail = (message: string, more = hint): never => {
    throw new StudioError('bad-request', message, more)
  }
  if (!existsSync(folder)) fail(`There is no folder ${folder}.`)
  if (!statSync(folder).isDirectory()) fail(`${folder} is a file, not a folder.`)
  const path = join(folder, FILE)
  if (!existsSync(path)) fail(`${folder} has no ${FILE}.`)
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    fail(`${path} is not JSON: ${(error as Error).message}.`)
  }
  const read = fixturesSchema.safeParse(json)
  if (!read.success) {
    const { path: where, message } = read.error.issues[0]
    const more = read.error.issues.length - 1
    return fail(
      `${path} is of another layout: ${where.join('.') || '(top level)'}: ${message}${more ? `, and ${more} more` : ''}.`,
    )
  }
  for (const name of Object.keys(read.data.models)) {
    for (const file of [
      'config.json',
      'model.safetensors',
      'grads.safetensors',
      'adamw1.safetensors',
      'grpo_grads.safetensors',
    ])
      if (!existsSync(join(folder, name, file)))
        fail(`${path} has a model "${name}", whose file ${join(folder, name, file)} is not there.`)
  }
  const strangers = Object.keys(json as object).filter((key) => !(key in fixturesSchema.shape))
  return { ...read.data, folder, strangers }
}
