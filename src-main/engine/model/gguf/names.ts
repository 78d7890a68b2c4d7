/** How a GGUF file names the tensors of a model, and how it orders their rows, beside Hugging Face. */
import type { ModelConfig } from '../config.ts'

/** Divisors of the rotary angles, one a pair of dimensions: Llama 3's scaling. */
export const ROPE_FACTORS = 'rope_freqs.weight'

/** Names within a layer; `.weight` or `.bias` follows. */
const layerNames: Record<string, string> = {
  attn_norm: 'input_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  attn_output: 'self_attn.o_proj',
  ffn_norm: 'post_attention_layernorm',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
}

const otherNames: Record<string, string> = {
  'token_embd.weight': 'model.embed_tokens.weight',
  'output_norm.weight': 'model.norm.weight',
  'output.weight': 'lm_head.weight',
}

const inverse = (names: Record<string, string>) => new Map(Object.entries(names).map(([gguf, hf]) => [hf, gguf]))
const ggufLayerNames = inverse(layerNames)
const ggufOtherNames = inverse(otherNames)

/** @returns undefined for a tensor that a plain model of this architecture does not have */
export function huggingFaceName(gguf: string, config: ModelConfig): string | undefined {
  if (Object.hasOwn(otherNames, gguf)) return otherNames[gguf]
  const [, layer, part, kind] = /^blk\.(\d{1,5})\.(\w+)\.(weight|bias)$/.exec(gguf) ?? []
  if (layer === undefined || Number(layer) >= config.layers || !Object.hasOwn(layerNames, part)) return undefined
  if (kind === 'bias' && !(config.attentionBias && /^attn_[qkv]$/.test(part))) return undefined
  return `model.layers.${layer}.${layerNames[part]}.${kind}`
}

/** @param name of a weight of this project's transformer */
export function ggufName(name: string): string {
  const other = ggufOtherNames.get(name)
  if (other) return other
  const [, layer, part, kind] = /^model\.layers\.(\d+)\.(.+)\.(weight|bias)$/.exec(name)!
  return `blk.${layer}.${ggufLayerNames.get(part)!}.${kind}`
}

/** Heads in the rows of a projection whose rows GGUF has in another order; 0 for any other tensor. */
export function reorderedHeads(name: string, config: ModelConfig): number {
  if (config.modelType !== 'llama') return 0
  if (name.endsWith('self_attn.q_proj.weight')) return config.heads
  return name.endsWith('self_attn.k_proj.weight') ? config.kvHeads : 0
}

/**
 * llama.cpp turns neighbouring dimensions of a head together, Hugging Face those half a head apart; Llama's rows were reordered for that,
 * and here they go back.
 * @param data [heads · headDim, in]
 */
export function unpermuted(data: Float32Array, heads: number, headDim: number): Float32Array {
  return reordered(data, heads, headDim, (i) => 2 * (i % (headDim / 2)) + Math.floor(i / (headDim / 2)))
}

/** The way there. @param data [heads · headDim, in] */
export function permuted(data: Float32Array, heads: number, headDim: number): Float32Array {
  return reordered(data, heads, headDim, (i) => (i % 2) * (headDim / 2) + Math.floor(i / 2))
}

/** @param source which row of its head comes to place i */
function reordered(data: Float32Array, heads: number, headDim: number, source: (i: number) => number): Float32Array {
  const columns = data.length / (heads * headDim)
  const out = new Float32Array(data.length)
  for (let head = 0; head < heads; head++)
    for (let i = 0; i < headDim; i++) {
      const from = head * headDim + source(i)
      out.set(data.subarray(from * columns, (from + 1) * columns), (head * headDim + i) * columns)
    }
  return out
}
