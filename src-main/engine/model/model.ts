/** A model as a value: what a forward pass depends on, and which part of it an update changes. */
import { type Tensor, tf } from '../tensor/tf.ts'
import type { ModelConfig } from './config.ts'
import type { Adapters } from './lora.ts'

/** Tensors by name: [out, in] for a projection. */
export type Weights = Map<string, Tensor>

export interface Model {
  config: ModelConfig
  /** By Hugging Face name. */
  weights: Weights
  /** Low-rank additions to some of the weights; without them the model is its weights. */
  adapters?: Adapters
  /** Training keeps a layer's input alone and computes the rest of it again for the gradient: less memory, more time. */
  recomputeLayers?: boolean
}

/** What updates change and checkpoints keep: the adapters where there are any, else the weights. */
export function trainedOf(model: Model): Weights {
  return model.adapters?.tensors ?? model.weights
}

/** The same model with other values in place of what is trained: its reference, or its inputs within a graph. */
export function withTrained<M extends Model>(model: M, trained: Weights): M {
  return model.adapters
    ? { ...model, adapters: { ...model.adapters, tensors: trained } }
    : { ...model, weights: trained }
}

/** What updates leave alone. */
export function frozenOf(model: Model): Tensor[] {
  return model.adapters ? [...model.weights.values()] : []
}

/** The same model of other tensors, frozen ones first, in the order of `frozenOf` and `trainedOf`. */
export function rebuilt<M extends Model>(model: M, tensors: Tensor[]): M {
  const named = (names: Weights, from: number) => new Map([...names.keys()].map((name, i) => [name, tensors[from + i]]))
  const weights = named(model.weights, 0)
  if (!model.adapters) return { ...model, weights }
  return withTrained({ ...model, weights }, named(model.adapters.tensors, model.weights.size))
}

const configKeys = new WeakMap<ModelConfig, string>()

/** The architecture as a string: what a compiled graph depends on besides shapes. */
export function configKey(config: ModelConfig): string {
  const key =
    configKeys.get(config) ?? JSON.stringify({ ...config, inverseFrequencies: [...config.inverseFrequencies] })
  configKeys.set(config, key)
  return key
}

/** The same of a model, with all that decides how it is computed. */
export function modelKey({ config, adapters, recomputeLayers }: Model): string {
  const lora = adapters ? JSON.stringify(adapters.lora) : ''
  return `${configKey(config)} ${lora} ${recomputeLayers ?? false}`
}

/** A second hold on the same values: later updates leave it as it was. */
export function copyWeights(weights: Weights): Weights {
  return new Map([...weights].map(([name, t]) => [name, tf.clone(t)]))
}

export function disposeWeights(weights: Weights): void {
  tf.dispose([...weights.values()])
}

export function parameterCount(weights: Weights): number {
  return [...weights.values()].reduce((sum, t) => sum + t.size, 0)
}
