/** A policy: a model's configuration, its tokenizer and its weights, from and to a Hugging Face folder. */
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { SafetensorsDtype } from '../../contract/model-formats.ts'
import { jsonFile } from './companions.ts'
import type { ModelConfig } from './config.ts'
import { writeDurably } from './durable.ts'
import { modelFolder } from './embedded.ts'
import type { JsonObject } from './json-file.ts'
import { disposeWeights, type Model } from './model.ts'
import { holdsAdapters, readAdapterConfig, readAdapters, saveAdapters } from './peft.ts'
import { writeSafetensors } from './safetensors.ts'
import { openModel } from './source.ts'
import { onDevice, tensorsOf } from './tensor-files.ts'
import type { Tokenizer } from './tokenizer.ts'

export interface Policy extends Model {
  tokenizer: Tokenizer
  /** config.json, tokenizer.json and their like, as they were read: they go along when the policy is saved, wherever it came from. */
  companions: ReadonlyMap<string, Uint8Array>
  /** Beside adapters: the model that they are for, as a recipe names it. */
  base?: string
}

/**
 * @param path a Hugging Face folder, a GGUF file, or a folder with adapters as PEFT keeps them (a checkpoint of a LoRA run is one)
 * @throws StudioError bad-model naming the file and what is wrong with it; not-found for adapters of a model that was not fetched
 */
export function loadPolicy(path: string): Policy {
  if (holdsAdapters(path)) return loadAdapted(path)
  const { config, tokenizer, companions, tensors } = openModel(path)
  try {
    return { config, tokenizer, companions, weights: onDevice(tensors, expectedShapes(config)) }
  } finally {
    tensors.close()
  }
}

function loadAdapted(folder: string): Policy {
  const { base, lora } = readAdapterConfig(folder)
  const path = modelFolder(base)
  if (holdsAdapters(path))
    throw new StudioError(
      'bad-model',
      `The adapters in ${folder} are for ${path}, which holds adapters itself.`,
      'Merge those first (grpo-studio export-model, or peft’s merge_and_unload).',
    )
  const policy = loadPolicy(path)
  try {
    return { ...policy, base, adapters: readAdapters(folder, policy, lora) }
  } catch (error) {
    disposeWeights(policy.weights)
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

/**
 * Writes what was trained, as others load it: adapters as PEFT does, or else model.safetensors with the configuration and tokenizer beside it.
 * @throws StudioError disk-full, checkpoint; bad-model for a weight that is not finite or that `dtype` cannot hold
 */
export async function savePolicy(policy: Policy, folder: string, dtype: SafetensorsDtype = 'f32'): Promise<void> {
  if (policy.adapters) return saveAdapters(folder, policy.adapters, policy.base!, dtype)
  for (const [file, content] of policy.companions)
    writeDurably(join(folder, file), file === 'config.json' ? sayingDtype(content, dtype) : content)
  writeSafetensors(join(folder, 'model.safetensors'), await tensorsOf(policy.weights), dtype)
}

const torchNames: Record<SafetensorsDtype, string> = { f32: 'float32', bf16: 'bfloat16', f16: 'float16' }

/** config.json names the type of the weights beside it, which transformers loads them as; untouched where it names this one already. */
function sayingDtype(content: Uint8Array, dtype: SafetensorsDtype): Uint8Array {
  const json = JSON.parse(Buffer.from(content).toString('utf8')) as JsonObject
  const fields = ['dtype', 'torch_dtype'].filter((field) => field in json)
  const name = torchNames[dtype]
  if (fields.length > 0 && fields.every((field) => json[field] === name)) return content
  return jsonFile({
    ...json,
    ...Object.fromEntries((fields.length > 0 ? fields : ['torch_dtype']).map((f) => [f, name])),
  })
}
