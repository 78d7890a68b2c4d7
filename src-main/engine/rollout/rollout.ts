/** Sampling a group of outputs per prompt: batched, with a KV cache; prompts are read once per group, finished outputs leave the batch. */
import type { ModelConfig } from '../model/config.ts'
import {
  type FusedWeights,
  fuse,
  hiddenStates,
  type LayerCache,
  logitsOf,
  MASKED,
  ropeOf,
  type Weights,
} from '../model/transformer.ts'
import type { Random } from '../random.ts'
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tensor/tf.ts'
import { draw, type SamplerSettings } from './sampler.ts'

export interface Output {
  promptIds: number[]
  /** End token included when the output ended by itself. */
  ids: number[]
  /** Natural log-probability of each sampled token, at the sampling temperature. */
  logProbs: number[]
  finished: boolean
}

export interface RolloutRequest {
  config: ModelConfig
  weights: Weights
  prompts: number[][]
  groupSize: number
  maxTokens: number
  eosIds: readonly number[]
  sampler: SamplerSettings
  /** The stream of one output's draws. */
  random: (prompt: number, sample: number) => Random
  /** Called between tokens with the share of the work done; awaiting it lets messages in. */
  progress?: (fraction: number) => Promise<void>
  /** Outputs sampled at once; bounds the cache's memory. */
  maxRows?: number
}

interface Row {
  output: Output
  random: Random
}

/** @returns outputs by prompt, then by sample */
export async function rollout(request: RolloutRequest): Promise<Output[][]> {
  const { prompts, groupSize } = request
  const perBatch = Math.max(1, Math.floor((request.maxRows ?? 512) / groupSize))
  const fused = scoped(() => fuse(request.config, request.weights))
  const groups: Output[][] = []
  try {
    for (let from = 0; from < prompts.length; from += perBatch) {
      const batch = prompts.slice(from, from + perBatch)
      const share = batch.length / prompts.length
      const done = from / prompts.length
      groups.push(...(await sampleBatch(request, fused, batch, from, (f) => request.progress?.(done + f * share))))
    }
  } finally {
    disposeFused(fused, request.weights)
  }
  return groups
}

async function sampleBatch(
  request: RolloutRequest,
  fused: FusedWeights,
  prompts: number[][],
  firstPrompt: number,
  progress: (fraction: number) => Promise<void> | undefined,
): Promise<Output[][]> {
  const { config, groupSize, maxTokens, eosIds, sampler } = request
  const width = Math.max(...prompts.map((p) => p.length))
  const padding = prompts.map((p) => width - p.length)
  let { logits, cache } = prefill(config, fused, prompts, width, groupSize)

  const groups = prompts.map((promptIds) =>
    Array.from({ length: groupSize }, (): Output => ({ promptIds, ids: [], logProbs: [], finished: false })),
  )
  let live: (Row & { pad: number })[] = groups.flatMap((outputs, g) =>
    outputs.map((output, s) => ({ output, random: request.random(firstPrompt + g, s), pad: padding[g] })),
  )
  /** Rows of the device's batch, in cache order; finished ones linger until enough have gathered. */
  let rows = live
  for (let t = 0; ; t++) {
    const next = new Int32Array(rows.length)
    rows.forEach((row, i) => {
      if (row.output.finished) return
      const { token, logProb } = draw(logits, i * config.vocabulary, config.vocabulary, sampler, row.random.next())
      row.output.ids.push(token)
      row.output.logProbs.push(logProb)
      row.output.finished = eosIds.includes(token)
      next[i] = token
    })
    live = rows.filter((row) => !row.output.finished)
    if (live.length === 0 || t + 1 === maxTokens) break
    await progress((t + 1) / maxTokens)

    let tokens = next
    if (live.length < 0.75 * rows.length) {
      const keep = rows.flatMap((row, i) => (row.output.finished ? [] : [i]))
      cache = keepRows(cache, keep)
      tokens = Int32Array.from(keep, (i) => next[i])
      rows = live
    }
    logits = decode(
      config,
      fused,
      tokens,
      rows.map((r) => r.pad),
      width + t,
      cache,
    )
  }
  disposeCache(cache)
  return groups
}

/** Reads the prompts, left-padded to one width; the caches and logits are then repeated for each sample of the group. */
function prefill(config: ModelConfig, fused: FusedWeights, prompts: number[][], width: number, groupSize: number) {
  const cache: (LayerCache | null)[] = new Array(config.layers).fill(null)
  const { logits, kept } = scoped(() => {
    const padded = prompts.map((p) => [...new Array<number>(width - p.length).fill(0), ...p])
    const positions = prompts.map((p) => Array.from({ length: width }, (_, i) => Math.max(0, i - (width - p.length))))
    const bias = prompts.map((p) => {
      const pad = width - p.length
      return [
        Array.from({ length: width }, (_, q) =>
          Array.from({ length: width }, (_, k) => (k > q || k < pad ? MASKED : 0)),
        ),
      ]
    })
    const h = hiddenStates(
      config,
      fused,
      tf.tensor2d(padded, [prompts.length, width], 'int32'),
      ropeOf(config, positions),
      tf.tensor4d(bias),
      cache,
    )
    const last = tf.slice(h, [0, width - 1, 0], [-1, 1, -1]).reshape([prompts.length, config.hidden]) as Tensor2D
    const repeat = (t: Tensor) => tf.gather(t, repeated(prompts.length, groupSize))
    return {
      logits: logitsOf(fused, repeat(last) as Tensor2D),
      kept: cache.map(
        (c): LayerCache => ({ keys: repeat(c!.keys) as Tensor4D, values: repeat(c!.values) as Tensor4D }),
      ),
    }
  })
  const data = logits.dataSync() as Float32Array
  logits.dispose()
  return { logits: data, cache: kept }
}

function repeated(n: number, times: number): Tensor {
  return tf.tensor1d(
    Int32Array.from({ length: n * times }, (_, i) => Math.floor(i / times)),
    'int32',
  )
}

/** One token for every row. @param at index in the cache that this token takes @returns logits, [rows · vocabulary] */
function decode(
  config: ModelConfig,
  fused: FusedWeights,
  tokens: Int32Array,
  pads: number[],
  at: number,
  cache: LayerCache[],
): Float32Array {
  const rows = tokens.length
  const grown: (LayerCache | null)[] = [...cache]
  const logits = tf.tidy(() => {
    const padded = pads.some((p) => p > 0)
    const rope = ropeOf(config, padded ? pads.map((p) => [at - p]) : [[at]])
    const bias = padded ? padBias(pads, at + 1) : null
    const h = hiddenStates(config, fused, tf.tensor2d(tokens, [rows, 1], 'int32'), rope, bias, grown)
    for (const layer of grown) {
      tf.keep(layer!.keys)
      tf.keep(layer!.values)
    }
    return logitsOf(fused, h.reshape([rows, config.hidden]) as Tensor2D)
  })
  disposeCache(cache)
  grown.forEach((layer, i) => {
    cache[i] = layer!
  })
  const data = logits.dataSync() as Float32Array
  logits.dispose()
  return data
}

function padBias(pads: number[], length: number): Tensor4D {
  const data = new Float32Array(pads.length * length)
  pads.forEach((pad, i) => {
    data.fill(MASKED, i * length, i * length + pad)
  })
  return tf.tensor4d(data, [pads.length, 1, 1, length])
}

function keepRows(cache: LayerCache[], keep: number[]): LayerCache[] {
  const indices = tf.tensor1d(Int32Array.from(keep), 'int32')
  const kept = cache.map((c) => ({ keys: tf.gather(c.keys, indices), values: tf.gather(c.values, indices) }))
  indices.dispose()
  disposeCache(cache)
  return kept
}

function disposeCache(cache: LayerCache[]): void {
  for (const { keys, values } of cache) tf.dispose([keys, values])
}

/** `tf.tidy` for a result that is an object of tensors, which its types do not describe but its search finds. */
function scoped<T>(make: () => T): T {
  return tf.tidy(make as () => never) as T
}

/** Disposes what fusing made, not the weights that it passed through. */
export function disposeFused(fused: FusedWeights, weights: Weights): void {
  const own = new Set([...weights.values()])
  for (const layer of fused.layers) {
    for (const t of Object.values(layer) as (Tensor | null)[]) if (t && !own.has(t)) t.dispose()
  }
}
