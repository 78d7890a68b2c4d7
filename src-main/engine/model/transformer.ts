/**
 * A decoder-only transformer in the Llama/Qwen layout, written once in tfjs operations: RMSNorm, rotary positions, grouped-query attention, SwiGLU.
 * Weights keep their Hugging Face names and [out, in] orientation. Nothing here has state.
 */
import { recomputed } from '../tensor/recomputed.ts'
import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../tensor/tf.ts'
import type { ModelConfig } from './config.ts'
import { adapterOf } from './lora.ts'
import type { Model } from './model.ts'
import { embed, rmsNorm, rotate, swiglu } from './operations.ts'

/** A stretch of the past that a layer attends to: [rows, kvHeads, length, headDim] each. */
export interface KeyValues {
  keys: Tensor4D
  values: Tensor4D
}

/** Given a layer's new keys and values, says all that its queries attend to, oldest first. */
export type Memory = (layer: number, fresh: KeyValues) => KeyValues[]

/** Rotary tables for the positions of a batch: [rows or 1, 1, length, headDim]. */
export interface Rope {
  cos: Tensor4D
  sin: Tensor4D
}

/**
 * A model's tensors as the forward pass takes them: `embedding`, `norm`, `head`, and for layer i `i.inputNorm`, `i.postNorm`, where the
 * architecture has them `i.qkvBias`, `i.qNorm`, `i.kNorm`, and its projections. Those of the same input are joined, so that each is one product:
 * `i.qkv` [(heads + 2 kvHeads) · headDim, hidden], `i.output`, `i.gateUp` [2 · intermediate, hidden], `i.down`. Beside adapters they stay apart,
 * `i.qkv.0` and so on, with `i.qkv.0.A` and `i.qkv.0.B` where there is an adapter.
 */
export type FusedWeights = Map<string, Tensor>

const projections = {
  qkv: ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  output: ['self_attn.o_proj'],
  gateUp: ['mlp.gate_proj', 'mlp.up_proj'],
  down: ['mlp.down_proj'],
} as const
type Projection = keyof typeof projections

/** Joins what is multiplied together; differentiable, so training passes through it to the named tensors. */
export function fuse({ config, weights, adapters }: Model): FusedWeights {
  const get = (name: string) => weights.get(name)!
  const fused: FusedWeights = new Map()
  const joined = (names: string[]) => (names.length === 1 ? get(names[0]) : tf.concat(names.map(get), 0))
  fused.set('embedding', get('model.embed_tokens.weight'))
  for (let i = 0; i < config.layers; i++) {
    const p = `model.layers.${i}.`
    for (const [name, parts] of Object.entries(projections)) {
      const names = parts.map((part) => `${p}${part}.weight`)
      if (!adapters) fused.set(`${i}.${name}`, joined(names))
      else
        names.forEach((weight, n) => {
          fused.set(`${i}.${name}.${n}`, get(weight))
          const adapter = adapterOf(adapters, weight)
          if (!adapter) return
          fused.set(`${i}.${name}.${n}.A`, adapter.a)
          fused.set(`${i}.${name}.${n}.B`, adapter.b)
        })
    }
    fused.set(`${i}.inputNorm`, get(`${p}input_layernorm.weight`))
    fused.set(`${i}.postNorm`, get(`${p}post_attention_layernorm.weight`))
    if (config.attentionBias) fused.set(`${i}.qkvBias`, joined(projections.qkv.map((part) => `${p}${part}.bias`)))
    if (config.qkNorm) {
      fused.set(`${i}.qNorm`, get(`${p}self_attn.q_norm.weight`))
      fused.set(`${i}.kNorm`, get(`${p}self_attn.k_norm.weight`))
    }
  }
  fused.set('norm', get('model.norm.weight'))
  // a model with a scalar head may have none
  const head = weights.get(config.tiedEmbeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')
  if (head) fused.set('head', head)
  return fused
}

/** x [n, in] through a layer's projections of the same input, side by side: [n, out]. */
function project(w: FusedWeights, x: Tensor2D, layer: number, name: Projection): Tensor2D {
  const times = (input: Tensor2D, weight: string) =>
    tf.matMul(input, w.get(weight) as Tensor2D, false, true) as Tensor2D
  const whole = `${layer}.${name}`
  if (w.has(whole)) return times(x, whole)
  const parts = projections[name].map((_, n) => {
    const part = `${whole}.${n}`
    return w.has(`${part}.A`) ? tf.add(times(x, part), times(times(x, `${part}.A`), `${part}.B`)) : times(x, part)
  })
  return (parts.length === 1 ? parts[0] : tf.concat(parts, 1)) as Tensor2D
}

/** What a forward pass needs besides the tokens. */
export interface Pass {
  config: ModelConfig
  rope: Rope
  /** Added to the attention scores, broadcast to [rows, heads, length, attended]: 0 where a key may be seen, MASKED elsewhere. */
  bias: Tensor
  /** What each layer attends to; without it, these tokens only. */
  memory?: Memory
  /** See `Model`; not beside a memory. */
  recomputeLayers?: boolean
  /** Frees what a layer computed as soon as its output is there: for a pass without gradient whose memory keeps nothing of it by itself. */
  freeLayers?: boolean
}

/**
 * Final hidden states, normalised.
 * @param ids [rows, length] token ids
 * @returns [rows, length, hidden]
 */
export function hiddenStates(w: FusedWeights, ids: Tensor2D, pass: Pass): Tensor3D {
  const { config, recomputeLayers, freeLayers } = pass
  const [rows, length] = ids.shape
  let x = embed(w.get('embedding') as Tensor2D, ids).reshape([rows * length, config.hidden]) as Tensor2D
  for (let i = 0; i < config.layers; i++) {
    if (recomputeLayers) {
      const names = [...w.keys()].filter((name) => name.startsWith(`${i}.`))
      const adapters = names.filter((name) => /\.[AB]$/.test(name))
      // beside adapters the rest is frozen, and needs no gradient
      const trained = adapters.length > 0 ? adapters : names
      const frozen = names.filter((name) => !trained.includes(name))
      const part = ([input, ...own]: Tensor[], [bias, cos, sin, ...still]: Tensor[]) => {
        const again = { config, bias, rope: { cos, sin } as Rope }
        const weights = [...trained, ...frozen].map((name, n) => [name, [...own, ...still][n]] as const)
        return layer(new Map(weights), i, input as Tensor2D, rows, again)
      }
      const get = (name: string) => w.get(name)!
      const constants = [pass.bias, pass.rope.cos, pass.rope.sin, ...frozen.map(get)]
      x = recomputed([x, ...trained.map(get)], constants, part) as Tensor2D
    } else if (freeLayers) {
      const before = x
      x = tf.tidy(() => layer(w, i, before, rows, pass))
      before.dispose()
    } else x = layer(w, i, x, rows, pass)
  }
  return rmsNorm(x, w.get('norm')!, config.normEpsilon).reshape([rows, length, config.hidden])
}

/** One layer: attention, then the gated projections, each added to its own input. @param x [rows · length, hidden] */
function layer(w: FusedWeights, i: number, x: Tensor2D, rows: number, pass: Pass): Tensor2D {
  const norm = (of: Tensor2D, name: string) => rmsNorm(of, w.get(name)!, pass.config.normEpsilon) as Tensor2D
  const projected = project(w, norm(x, `${i}.inputNorm`), i, 'qkv')
  const bent = w.has(`${i}.qkvBias`) ? (tf.add(projected, w.get(`${i}.qkvBias`)!) as Tensor2D) : projected
  const attended = attention(w, i, bent, rows, pass)
  const between = tf.add(x, project(w, attended, i, 'output')) as Tensor2D
  const gateUp = project(w, norm(between, `${i}.postNorm`), i, 'gateUp')
  return tf.add(between, project(w, swiglu(gateUp), i, 'down')) as Tensor2D
}

/**
 * Grouped-query attention: the query heads that share a key head are stacked along its rows, so keys are never repeated.
 * @param qkv [rows · length, (heads + 2 kvHeads) · headDim] @returns [rows · length, heads · headDim]
 */
function attention(w: FusedWeights, layer: number, qkv: Tensor2D, rows: number, pass: Pass): Tensor2D {
  const { config, rope, bias, memory } = pass
  const length = qkv.shape[0] / rows
  const { heads, kvHeads, headDim } = config
  const shared = heads / kvHeads
  const byHead = tf.transpose(qkv.reshape([rows, length, heads + 2 * kvHeads, headDim]), [0, 2, 1, 3]) as Tensor4D
  const part = (x: Tensor4D, from: number, count: number) =>
    tf.slice(x, [0, from, 0, 0], [rows, count, length, headDim])
  let qk = part(byHead, 0, heads + kvHeads)
  const qNorm = w.get(`${layer}.qNorm`)
  const kNorm = w.get(`${layer}.kNorm`)
  if (qNorm && kNorm) {
    qk = tf.concat(
      [
        rmsNorm(part(qk, 0, heads), qNorm, config.normEpsilon),
        rmsNorm(part(qk, heads, kvHeads), kNorm, config.normEpsilon),
      ],
      1,
    ) as Tensor4D
  }
  qk = rotate(qk, rope.cos, rope.sin) as Tensor4D
  const query = part(qk, 0, heads).reshape([rows, kvHeads, shared * length, headDim])
  const fresh: KeyValues = { keys: part(qk, heads, kvHeads), values: part(byHead, heads + kvHeads, kvHeads) }
  const stretches = memory ? memory(layer, fresh) : [fresh]

  const scores = stretches.map(({ keys }) => tf.matMul(query, keys, false, true))
  const lengths = stretches.map(({ keys }) => keys.shape[2])
  const attended = lengths.reduce((sum, n) => sum + n, 0)
  const joined = scores.length === 1 ? scores[0] : tf.concat(scores, 3)
  const scaled = tf.add(tf.mul(joined, 1 / Math.sqrt(headDim)).reshape([rows, heads, length, attended]), bias)
  const probabilities = tf.softmax(scaled).reshape([rows, kvHeads, shared * length, attended])
  const shares = lengths.length === 1 ? [probabilities] : tf.split(probabilities, lengths, 3)
  const mixed = shares.map((share, i) => tf.matMul(share, stretches[i].values)).reduce((a, b) => tf.add(a, b))
  return tf
    .transpose(mixed.reshape([rows, heads, length, headDim]), [0, 2, 1, 3])
    .reshape([rows * length, heads * headDim]) as Tensor2D
}

/** @returns [positions, vocabulary] logits of flat hidden states [positions, hidden] */
export function logitsOf(w: FusedWeights, hidden: Tensor2D): Tensor2D {
  return tf.matMul(hidden, w.get('head') as Tensor2D, false, true) as Tensor2D
}

/** A score that no probability survives, finite so that a row without any visible key stays free of NaN. */
export const MASKED = -1e9

/** Upper triangle masked: [1, 1, length, length]. */
export function causalBias(length: number): Tensor4D {
  const positions = tf.range(0, length, 1, 'int32')
  const later = tf.less(positions.reshape([length, 1]), positions.reshape([1, length]))
  return tf.mul(later.toFloat(), MASKED).reshape([1, 1, length, length])
}

/**
 * Later positions, and those of other examples, masked: [rows, 1, length, length].
 * @param starts [rows, length] where each position's example begins
 */
export function packedBias(starts: Tensor2D): Tensor4D {
  const [rows, length] = starts.shape
  const others = tf.notEqual(starts.reshape([rows, 1, length, 1]), starts.reshape([rows, 1, 1, length]))
  return tf.add(causalBias(length), tf.mul(others.toFloat(), MASKED))
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
