/** Reading prompts: what each layer remembers of them, and the logits after them; one compiled function. */
import type { ModelConfig } from '../model/config.ts'
import { configKey } from '../model/model.ts'
import {
  causalBias,
  type FusedWeights,
  hiddenStates,
  type KeyValues,
  logitsOf,
  MASKED,
  type Memory,
  ropeOf,
} from '../model/transformer.ts'
import { compiled } from '../tensor/compiled.ts'
import { alike, laneCount, lanes } from '../tensor/lanes.ts'
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tensor/tf.ts'

/** Prompts are padded on the left to a multiple of this, so that few shapes occur. */
const PROMPT_STEP = 8

export interface ReadPrompts {
  /** Length that prompts are padded to. */
  width: number
  /** Padding before each prompt. */
  pads: number[]
  /** After each prompt: [prompts or more, vocabulary]. */
  logits: Tensor2D
  /** Of each layer, [prompts or more, kvHeads, width, headDim]. */
  cache: KeyValues[]
}

/** @returns tensors that are the caller's to dispose; rows beyond the prompts are filled up with the last of them, so that lanes are alike */
export function readPrompts(config: ModelConfig, weights: FusedWeights, prompts: readonly number[][]): ReadPrompts {
  const width = Math.ceil(Math.max(...prompts.map((p) => p.length)) / PROMPT_STEP) * PROMPT_STEP
  const count = laneCount(prompts.length)
  const rows = alike(prompts.length)
  const all = Array.from({ length: rows }, (_, i) => prompts[Math.min(i, prompts.length - 1)])
  const pads = all.map((p) => width - p.length)
  const ids = new Int32Array(rows * width)
  const hidden = new Float32Array(rows * width)
  all.forEach((prompt, i) => {
    ids.set(prompt, i * width + pads[i])
    hidden.fill(MASKED, i * width, i * width + pads[i])
  })
  const positions = pads.map((pad) => Array.from({ length: width }, (_, i) => Math.max(0, i - pad)))
  const rope = ropeOf(config, positions)
  const batch = [tf.tensor2d(ids, [rows, width]), rope.cos, rope.sin, tf.tensor4d(hidden, [rows, 1, 1, width])]

  const names = [...weights.keys()]
  const read = (tensors: Tensor[]) => {
    const own = new Map(names.map((name, i) => [name, tensors[batch.length + i]]))
    const parts = lanes(tensors[0].shape[0], count).map(([from, size]) => {
      const part = tensors
        .slice(0, batch.length)
        .map((t) => tf.slice(t, [from, ...new Array<number>(t.rank - 1).fill(0)], [size, ...t.shape.slice(1)]))
      return oneLane(config, own, part as [Tensor2D, Tensor4D, Tensor4D, Tensor4D])
    })
    if (count === 1) return parts[0]
    const joined = parts[0].map((_, i) => tf.concat(parts.map((part) => part[i])))
    tf.dispose(parts)
    return joined
  }
  const shapes = ([each, length]: readonly number[]) => {
    const n = each * count
    const turn = [n, 1, length, config.headDim]
    return [[n, length], turn, turn, [n, 1, 1, length], ...[...weights.values()].map((t) => t.shape)]
  }
  const key = `prompts ${count} ${configKey(config)}`
  const sizes = { now: [rows / count, width], shapes }
  const [logits, ...cache] = compiled(key, [...batch, ...weights.values()], read, sizes)
  tf.dispose(batch)
  return {
    width,
    pads: pads.slice(0, prompts.length),
    logits: logits as Tensor2D,
    cache: Array.from({ length: config.layers }, (_, i) => ({
      keys: cache[2 * i] as Tensor4D,
      values: cache[2 * i + 1] as Tensor4D,
    })),
  }
}

/** @returns logits, then keys and values of each layer, all kept */
function oneLane(
  config: ModelConfig,
  weights: FusedWeights,
  [ids, cos, sin, padding]: [Tensor2D, Tensor4D, Tensor4D, Tensor4D],
): Tensor[] {
  const [rows, width] = ids.shape
  const cache: Tensor[] = []
  // what is remembered of a layer is kept, so that the rest of it can go at once
  const memory: Memory = (_, fresh) => {
    cache.push(tf.keep(fresh.keys), tf.keep(fresh.values))
    return [fresh]
  }
  const bias = tf.add(causalBias(width), padding)
  const h = hiddenStates(weights, ids, { config, rope: { cos, sin }, bias, memory, freeLayers: true })
  const last = tf.slice(h, [0, width - 1, 0], [rows, 1, config.hidden]).reshape([rows, config.hidden]) as Tensor2D
  return [tf.keep(logitsOf(weights, last)), ...cache]
}
