/** What a model's tensors come to, from its architecture alone. All weights are 32-bit floats. */
import type { Lora } from '../../contract/lora.ts'
import type { ModelConfig } from '../model/config.ts'
import { logitsAtOnce } from '../model/head.ts'
import { adapterShapes } from '../model/lora.ts'
import { expectedShapes } from '../model/policy.ts'

export const FLOAT_BYTES = 4

export interface Sizes {
  config: ModelConfig
  lora: Lora | undefined
  /** Numbers in the model's own weights. */
  parameters: number
  /** Numbers that updates change. */
  trained: number
  /** Numbers that a critic's updates change. */
  critic: number
  /** Numbers in the projections of all layers: what a token is multiplied with before the head. */
  projections: number
}

export function sizesOf(config: ModelConfig, lora: Lora | undefined): Sizes {
  const count = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1)
  const total = (shapes: Iterable<readonly number[]>) => [...shapes].reduce((sum, shape) => sum + count(shape), 0)
  const own = expectedShapes(config)
  const parameters = total(own.values())
  const named = new Map([...own].map(([name, shape]) => [name, { shape }]))
  const trained = lora ? total(adapterShapes(config, named, lora).values()) : parameters
  const head = own.get('lm_head.weight')
  const critic = trained - (head && !lora ? count(head) : 0) + config.hidden + 1
  const projections = total([...own].filter(([name]) => name.endsWith('_proj.weight')).map(([, shape]) => shape))
  return { config, lora, parameters, trained, critic, projections }
}

/** Bytes of keys and values that one token leaves in all layers. */
export function cacheBytesPerToken({ config }: Sizes): number {
  return 2 * config.layers * config.kvHeads * config.headDim * FLOAT_BYTES
}

/** A micro-batch's shape, as it is compiled. */
export interface BatchShape {
  /** Padded. */
  rows: number
  length: number
  /** Positions before it have no logits. */
  firstOutput: number
}

/**
 * Bytes that the forward pass of a micro-batch holds for its backward pass, counted operation by operation in model/transformer.ts and
 * model/operations.ts. With checkpointing each layer leaves its input alone, and one layer at a time is whole.
 */
export function activationBytes({ config: c, lora }: Sizes, shape: BatchShape, checkpointing: boolean): number {
  const tokens = shape.rows * shape.length
  const q = c.heads * c.headDim
  const kv = c.kvHeads * c.headDim
  // joined projections are made of parts where there are adapters beside them
  const parts = lora ? 2 : 1
  const norms = 4 * c.hidden
  const attention = (1 + parts) * (q + 2 * kv) + 2 * (q + kv) + q + 2 * kv + 2 * q + c.hidden
  const scores = 4 * c.heads * shape.length
  const mlp = 2 * parts * c.intermediate + 6 * c.intermediate + c.hidden
  const layer = norms + attention + scores + mlp + 2 * c.hidden
  const layers = checkpointing ? c.layers * c.hidden + 2 * layer : c.layers * layer
  return FLOAT_BYTES * (tokens * (layers + 3 * c.hidden) + logitNumbers(c, shape))
}

/** Numbers in what is made of the logits: they, two log-softmaxes, the chosen token's mask, and their gradient. */
function logitNumbers(c: ModelConfig, { rows, length, firstOutput }: BatchShape): number {
  return 6 * rows * (length - 1 - firstOutput) * logitsAtOnce(c.vocabulary)
}

/** A rollout at its widest. */
export interface SamplingShape {
  prompts: number
  rows: number
  /** Of the longest prompt, padded. */
  promptLength: number
  /** Tokens of the cache at its longest. */
  attended: number
}

/** Bytes of what sampling holds: one layer of the prompts' pass or the cache with its copy while it grows, whichever is more; and the logits. */
export function samplingBytes(sizes: Sizes, { prompts, rows, promptLength, attended }: SamplingShape): number {
  const { config: c } = sizes
  const cacheOf = (tokens: number) => rows * tokens * cacheBytesPerToken(sizes)
  const q = (c.heads + 2 * c.kvHeads) * c.headDim
  const layer = 12 * c.hidden + 6 * q + 7 * c.intermediate + 4 * c.heads * promptLength
  const reading = cacheOf(promptLength) + FLOAT_BYTES * prompts * promptLength * layer
  const scores = FLOAT_BYTES * 3 * rows * c.heads * attended
  // a layer at a time is copied where the cache grows
  const going = (1 + 1 / c.layers) * cacheOf(attended) + scores
  return Math.max(reading, going) + FLOAT_BYTES * 2 * rows * c.vocabulary
}
