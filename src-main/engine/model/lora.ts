/**
 * LoRA (Hu et al. 2021): the weights stay as they are, and to some projections W a product of two narrow matrices is added,
 * W + (alpha / rank) · B · A, of which alone the update changes. Names and initial values are those of PEFT. There is no dropout.
 */
import type { Lora } from '../../contract/lora.ts'
import { randomAt } from '../random.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { ModelConfig } from './config.ts'
import type { Weights } from './model.ts'

export interface Adapters {
  lora: Lora
  /** For each adapted projection `A` [rank, in] and `B` [out, rank], by PEFT's names. */
  tensors: Weights
}

export type Side = 'A' | 'B'

/** @param weight name of a projection's weight, such as `model.layers.0.self_attn.q_proj.weight` */
export function adapterName(weight: string, side: Side): string {
  return `base_model.model.${weight.replace(/weight$/, `lora_${side}.weight`)}`
}

/** The projection's two matrices, B times alpha / rank; undefined where it has none. Differentiable in the adapters. */
export function adapterOf(adapters: Adapters | undefined, weight: string): { a: Tensor2D; b: Tensor2D } | undefined {
  const a = adapters?.tensors.get(adapterName(weight, 'A'))
  const b = adapters?.tensors.get(adapterName(weight, 'B'))
  if (!adapters || !a || !b) return undefined
  return { a: a as Tensor2D, b: tf.mul(b, adapters.lora.alpha / adapters.lora.rank) as Tensor2D }
}

/** A from a uniform distribution within ±1/√in (Kaiming with a = √5, as PEFT), B zero: at first the model is what it was. */
export function freshAdapters(config: ModelConfig, weights: Weights, lora: Lora, seed: number): Adapters {
  const tensors: Weights = new Map()
  for (const [name, shape] of adapterShapes(config, weights, lora)) {
    const bound = 1 / Math.sqrt(shape[1])
    const random = randomAt(seed, 'lora', name)
    const draw = () => (name.includes('lora_A') ? (2 * random.next() - 1) * bound : 0)
    tensors.set(name, tf.tensor(Float32Array.from({ length: shape[0] * shape[1] }, draw), shape))
  }
  return { lora, tensors }
}

/** Every adapter's tensor with its shape, layer by layer. */
export function adapterShapes(
  config: ModelConfig,
  weights: ReadonlyMap<string, { shape: number[] }>,
  { rank, targets }: Lora,
) {
  const shapes = new Map<string, [number, number]>()
  for (let i = 0; i < config.layers; i++)
    for (const target of targets) {
      const part = ['q_proj', 'k_proj', 'v_proj', 'o_proj'].includes(target) ? 'self_attn' : 'mlp'
      const weight = `model.layers.${i}.${part}.${target}.weight`
      const [out, into] = weights.get(weight)!.shape
      shapes.set(adapterName(weight, 'A'), [rank, into])
      shapes.set(adapterName(weight, 'B'), [out, rank])
    }
  return shapes
}

/**
 * The weights with the adapters added in: for sampling and for export. What no adapter touches is the same tensor; the caller disposes what is new
 * (or is within a `tf.tidy`).
 */
export function merged(weights: Weights, adapters: Adapters | undefined): Weights {
  const all: Weights = new Map()
  for (const [name, weight] of weights) {
    const adapter = adapterOf(adapters, name)
    const sum = (w: Tensor) => (adapter ? tf.add(w, tf.matMul(adapter.b, adapter.a)) : w)
    all.set(name, sum(weight))
  }
  return all
}
