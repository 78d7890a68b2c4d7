/** A policy: a model's configuration, its tokenizer and its weights, from and to a Hugging Face folder. */
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import type { ModelConfig } from './config.ts'
import { writeDurably } from './durable.ts'
import { disposeWeights, type Model, type Weights } from './model.ts'
import { type TensorData, writeSafetensors } from './safetensors.ts'
import { openSafetensors } from './safetensors-reader.ts'
import { openModel } from './source.ts'
import type { TensorStore } from './tensor-store.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface Policy extends Model {
  tokenizer: Tokenizer
  /** config.json, tokenizer.json and their like, as they were read: they go along when the policy is saved, wherever it came from. */
  companions: ReadonlyMap<string, Uint8Array>
}

/**
 * @param path a Hugging Face folder, or a GGUF file
 * @throws StudioError bad-model naming the file and what is wrong with it
 */
export function loadPolicy(path: string): Policy {
  const { config, tokenizer, companions, tensors } = openModel(path)
  try {
    return { config, tokenizer, companions, weights: weightsOf(tensors, config) }
  } finally {
    tensors.close()
  }
}

/** The weights of one safetensors file. @throws StudioError bad-model as `weightsOf` */
export function readWeights(path: string, config: ModelConfig): Weights {
  const tensors = openSafetensors(path)
  try {
    return weightsOf(tensors, config)
  } finally {
    tensors.close()
  }
}

/** Straight to the device, one after another. @throws StudioError bad-model when a weight is missing or of another shape */
function weightsOf(tensors: TensorStore, config: ModelConfig): Weights {
  const expected = expectedShapes(config)
  for (const [name, shape] of expected) {
    const stored = tensors.shapes.get(name)
    if (!stored)
      throw new StudioError(
        'bad-model',
        `${tensors.source} has no weight ${name}.`,
        'The file belongs to another model than its config.json, or is incomplete.',
      )
    if (stored.join() !== shape.join())
      throw new StudioError(
        'bad-model',
        `${tensors.source}: ${name} has the shape [${stored}], config.json asks for [${shape}].`,
        'The file belongs to another model than its config.json.',
      )
  }
  const weights: Weights = new Map()
  try {
    for (const [name, shape] of expected) weights.set(name, tf.tensor(tensors.read(name), shape))
    return weights
  } catch (error) {
    disposeWeights(weights)
    throw error
  }
}

/** Every weight of the architecture with its [out, in] shape. */
export function expectedShapes(c: ModelConfig): Map<string, number[]> {
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [c.vocabulary, c.hidden]]])
  for (let i = 0; i < c.layers; i++) {
    const p = `model.layers.${i}.`
    const q = c.heads * c.headDim
    const kv = c.kvHeads * c.headDim
    shapes.set(`${p}input_layernorm.weight`, [c.hidden])
    for (const [part, out] of [
      ['q', q],
      ['k', kv],
      ['v', kv],
    ] as const) {
      shapes.set(`${p}self_attn.${part}_proj.weight`, [out, c.hidden])
      if (c.attentionBias) shapes.set(`${p}self_attn.${part}_proj.bias`, [out])
    }
    if (c.qkNorm) {
      shapes.set(`${p}self_attn.q_norm.weight`, [c.headDim])
      shapes.set(`${p}self_attn.k_norm.weight`, [c.headDim])
    }
    shapes.set(`${p}self_attn.o_proj.weight`, [c.hidden, q])
    shapes.set(`${p}post_attention_layernorm.weight`, [c.hidden])
    shapes.set(`${p}mlp.gate_proj.weight`, [c.intermediate, c.hidden])
    shapes.set(`${p}mlp.up_proj.weight`, [c.intermediate, c.hidden])
    shapes.set(`${p}mlp.down_proj.weight`, [c.hidden, c.intermediate])
  }
  shapes.set('model.norm.weight', [c.hidden])
  if (!c.tiedEmbeddings) shapes.set('lm_head.weight', [c.vocabulary, c.hidden])
  return shapes
}

/** Writes model.safetensors with the configuration and tokenizer beside it: a folder that transformers loads. */
export async function savePolicy(policy: Policy, folder: string): Promise<void> {
  for (const [file, content] of policy.companions) writeDurably(join(folder, file), content)
  writeSafetensors(join(folder, 'model.safetensors'), await tensorsOf(policy.weights))
}

/** Device tensors as plain arrays. */
export async function tensorsOf(weights: ReadonlyMap<string, Tensor>): Promise<Map<string, TensorData>> {
  const arrays = new Map<string, TensorData>()
  for (const [name, t] of weights) arrays.set(name, { shape: t.shape, data: (await t.data()) as Float32Array })
  return arrays
}
