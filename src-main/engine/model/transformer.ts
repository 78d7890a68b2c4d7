/**
 * A decoder-only transformer in the Llama/Qwen layout, written once in tfjs operations: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
 * Weights keep their Hugging Face names and [out, in] orientation. Nothing here has state: a policy is its weights.
 */
import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../tensor/tf.ts'
import type { ModelConfig } from './config.ts'
import { embed, rmsNorm, rotate, swiglu } from './operations.ts'

export type Weights = Map<string, Tensor>

/** Keys and values of one layer so far: [rows, kvHeads, length, headDim]. */
export interface LayerCache {
  keys: Tensor4D
  values: Tensor4D
}

/** Rotary tables for the positions of a batch: [rows or 1, 1, length, headDim]. */
export interface Rope {
  cos: Tensor4D
  sin: Tensor4D
}

/** Weight matrices that are multiplied with the same input, joined so that each is one product. */
export interface FusedLayer {
  inputNorm: Tensor
  /** [(heads + 2 kvHeads) · headDim, hidden] */
  qkv: Tensor2D
  qkvBias: Tensor | null
  qNorm: Tensor | null
  kNorm: Tensor | null
  output: Tensor2D
  postNorm: Tensor
  /** [2 · intermediate, hidden] */
  gateUp: Tensor2D
  down: Tensor2D
}

export interface FusedWeights {
  embedding: Tensor2D
  layers: FusedLayer[]
  norm: Tensor
  head: Tensor2D
}

/** Joins what is multiplied together; differentiable, so training passes through it to the named weights. */
export function fuse(config: ModelConfig, weights: Weights): FusedWeights {
  const get = (name: string) => {
    const w = weights.get(name)
    if (!w) throw new Error(`The model has no weight ${name}.`)
    return w
  }
  const optional = (name: string) => weights.get(name) ?? null
  const layers = Array.from({ length: config.layers }, (_, i): FusedLayer => {
    const p = `model.layers.${i}.`
    const q = `${p}self_attn.`
    const hasBias = weights.has(`${q}q_proj.bias`)
    return {
      inputNorm: get(`${p}input_layernorm.weight`),
      qkv: tf.concat([get(`${q}q_proj.weight`), get(`${q}k_proj.weight`), get(`${q}v_proj.weight`)], 0) as Tensor2D,
      qkvBias: hasBias ? tf.concat([get(`${q}q_proj.bias`), get(`${q}k_proj.bias`), get(`${q}v_proj.bias`)], 0) : null,
      qNorm: optional(`${q}q_norm.weight`),
      kNorm: optional(`${q}k_norm.weight`),
      output: get(`${q}o_proj.weight`) as Tensor2D,
      postNorm: get(`${p}post_attention_layernorm.weight`),
      gateUp: tf.concat([get(`${p}mlp.gate_proj.weight`), get(`${p}mlp.up_proj.weight`)], 0) as Tensor2D,
      down: get(`${p}mlp.down_proj.weight`) as Tensor2D,
    }
  })
  const embedding = get('model.embed_tokens.weight') as Tensor2D
  return {
    embedding,
    layers,
    norm: get('model.norm.weight'),
    head: config.tiedEmbeddings ? embedding : (get('lm_head.weight') as Tensor2D),
  }
}

/**
 * Final hidden states, normalised.
 * @param ids [rows, length] token ids
 * @param bias added to the attention scores, broadcast to [rows, heads, length, past + length]: 0 where a key may be seen, very negative elsewhere
 * @param cache keys and values before these tokens, one entry a layer; replaced in place by those that include them (the caller disposes)
 * @returns [rows, length, hidden]
 */
export function hiddenStates(
  config: ModelConfig,
  w: FusedWeights,
  ids: Tensor2D,
  rope: Rope,
  bias: Tensor | null,
  cache?: (LayerCache | null)[],
): Tensor3D {
  const [rows, length] = ids.shape
  let x = embed(w.embedding, ids).reshape([rows * length, config.hidden]) as Tensor2D
  w.layers.forEach((layer, i) => {
    const attended = attention(
      config,
      layer,
      rmsNorm(x, layer.inputNorm, config.normEpsilon) as Tensor2D,
      rows,
      length,
      rope,
      bias,
      cache,
      i,
    )
    x = tf.add(x, tf.matMul(attended, layer.output, false, true)) as Tensor2D
    const gateUp = tf.matMul(rmsNorm(x, layer.postNorm, config.normEpsilon) as Tensor2D, layer.gateUp, false, true)
    x = tf.add(x, tf.matMul(swiglu(gateUp as Tensor2D), layer.down, false, true)) as Tensor2D
  })
  return rmsNorm(x, w.norm, config.normEpsilon).reshape([rows, length, config.hidden])
}

/** Grouped-query attention: the query heads that share a key head are stacked along its rows, so keys are never repeated. */
function attention(
  config: ModelConfig,
  layer: FusedLayer,
  x: Tensor2D,
  rows: number,
  length: number,
  rope: Rope,
  bias: Tensor | null,
  cache: (LayerCache | null)[] | undefined,
  index: number,
): Tensor2D {
  const { heads, kvHeads, headDim } = config
  let qkv = tf.matMul(x, layer.qkv, false, true) as Tensor
  if (layer.qkvBias) qkv = tf.add(qkv, layer.qkvBias)
  const byHead = tf.transpose(qkv.reshape([rows, length, heads + 2 * kvHeads, headDim]), [0, 2, 1, 3]) as Tensor4D
  let qk = tf.slice(byHead, [0, 0, 0, 0], [rows, heads + kvHeads, length, headDim])
  const value = tf.slice(byHead, [0, heads + kvHeads, 0, 0], [rows, kvHeads, length, headDim])
  if (layer.qNorm && layer.kNorm) {
    const q = rmsNorm(tf.slice(qk, [0, 0, 0, 0], [rows, heads, length, headDim]), layer.qNorm, config.normEpsilon)
    const k = rmsNorm(tf.slice(qk, [0, heads, 0, 0], [rows, kvHeads, length, headDim]), layer.kNorm, config.normEpsilon)
    qk = tf.concat([q, k], 1) as Tensor4D
  }
  qk = rotate(qk, rope.cos, rope.sin) as Tensor4D
  const query = tf.slice(qk, [0, 0, 0, 0], [rows, heads, length, headDim])
  let keys = tf.slice(qk, [0, heads, 0, 0], [rows, kvHeads, length, headDim])
  let values = value
  if (cache) {
    const past = cache[index]
    if (past) {
      keys = tf.concat([past.keys, keys], 2)
      values = tf.concat([past.values, values], 2)
    }
    cache[index] = { keys, values }
  }
  const total = keys.shape[2]
  const shared = heads / kvHeads
  const scores = tf.matMul(query.reshape([rows, kvHeads, shared * length, headDim]), keys, false, true)
  let scaled = tf.mul(scores, 1 / Math.sqrt(headDim)).reshape([rows, heads, length, total]) as Tensor
  if (bias) scaled = tf.add(scaled, bias)
  const probabilities = tf.softmax(scaled).reshape([rows, kvHeads, shared * length, total])
  const mixed = tf.matMul(probabilities, values).reshape([rows, heads, length, headDim])
  return tf.transpose(mixed, [0, 2, 1, 3]).reshape([rows * length, heads * headDim]) as Tensor2D
}

/** @returns [positions, vocabulary] logits of flat hidden states [positions, hidden] */
export function logitsOf(w: FusedWeights, hidden: Tensor2D): Tensor2D {
  return tf.matMul(hidden, w.head, false, true) as Tensor2D
}

/** A score that no probability survives, finite so that a row without any visible key stays free of NaN. */
export const MASKED = -1e9

/** Upper triangle masked: [1, 1, length, length]. */
export function causalBias(length: number): Tensor4D {
  const data = new Float32Array(length * length)
  for (let i = 0; i < length; i++) data.fill(MASKED, i * length + i + 1, (i + 1) * length)
  return tf.tensor4d(data, [1, 1, length, length])
}

/**
 * Rotary tables (Su et al. 2021) in the half-split layout of Llama, with Llama 3's frequency scaling where the configuration has it.
 * @param positions [rows][length], or one row for all
 */
export function ropeOf(config: ModelConfig, positions: number[][]): Rope {
  const half = config.headDim / 2
  const length = positions[0].length
  const cos = new Float32Array(positions.length * length * config.headDim)
  const sin = new Float32Array(cos.length)
  let at = 0
  for (const row of positions) {
    for (const position of row) {
      for (let i = 0; i < half; i++) {
        const angle = Math.fround(position * config.inverseFrequencies[i])
        cos[at + i] = cos[at + i + half] = Math.cos(angle)
        sin[at + i] = sin[at + i + half] = Math.sin(angle)
      }
      at += config.headDim
    }
  }
  const shape: [number, number, number, number] = [positions.length, 1, length, config.headDim]
  return { cos: tf.tensor4d(cos, shape), sin: tf.tensor4d(sin, shape) }
}
