/**
 * The KV cache of a batch and its one-token step. Past keys and values lie in two stretches: a long one that is not touched, and a short tail of
 * fixed size that new tokens are written into and that joins the long one when full; so that a token costs no copy of the past, and few shapes occur. The rows are spread
 * over lanes, each with a cache of its own.
 */
import type { ModelConfig } from '../model/config.ts'
import { configKey } from '../model/model.ts'
import {
  type FusedWeights,
  hiddenStates,
  type KeyValues,
  logitsOf,
  MASKED,
  type Memory,
  ropeOf,
} from '../model/transformer.ts'
import { compiled } from '../tensor/compiled.ts'
import { alike, lanes } from '../tensor/lanes.ts'
import type { Sizes } from '../tensor/recorder.ts'
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tensor/tf.ts'
import { readPrompts } from './prefill.ts'

/** Tokens in the tail. */
const TAIL = 16

/** Some of the rows, and what is remembered of them: keys and values of each layer. */
interface Lane {
  /** Padding before each row's prompt. */
  pads: number[]
  past: KeyValues[]
  tail: KeyValues[]
}

export class Decoder {
  private readonly config: ModelConfig
  private readonly weights: FusedWeights
  private lanes: Lane[] = []
  private pastLength = 0
  private tailLength = 0

  constructor(config: ModelConfig, weights: FusedWeights) {
    this.config = config
    this.weights = weights
  }

  /**
   * Reads the prompts, each once for all samples of its group.
   * @returns logits after the prompt for every row, [rows · vocabulary]; more rows than samples where lanes would not be alike
   */
  async prefill(prompts: number[][], groupSize: number): Promise<Float32Array> {
    const { width, pads, logits, cache } = readPrompts(this.config, this.weights, prompts)
    this.pastLength = width
    this.tailLength = 0
    const promptOf = Array.from({ length: alike(prompts.length * groupSize) }, (_, i) =>
      Math.min(Math.floor(i / groupSize), prompts.length - 1),
    )
    this.lanes = lanes(promptOf.length).map(([from, count]) => {
      const rows = promptOf.slice(from, from + count)
      return { pads: rows.map((prompt) => pads[prompt]), past: gathered(cache, rows), tail: this.emptyTail(count) }
    })
    const each = tf.tidy(() => tf.gather(logits, tf.tensor1d(promptOf, 'int32')))
    tf.dispose([logits, ...flat(cache)])
    return take(each)
  }

  /** One more token in every row. @returns logits, [rows · vocabulary] */
  async step(tokens: Int32Array): Promise<Float32Array> {
    const { config } = this
    const names = [...this.weights.keys()]
    const slot = this.slot()
    let row = 0
    const inputs = this.lanes.map(({ pads, past, tail }) => {
      const ids = tf.tensor2d(tokens.slice(row, row + pads.length), [pads.length, 1], 'int32')
      row += pads.length
      const at = this.pastLength + this.tailLength
      const rope = ropeOf(
        config,
        pads.map((pad) => [at - pad]),
      )
      return { small: [ids, rope.cos, rope.sin, this.bias(pads)], past: flat(past), tail: flat(tail) }
    })
    const each = 4 + 4 * config.layers
    const given = [slot, ...inputs.flatMap(({ small, past, tail }) => [...small, ...past, ...tail])]
    const all = [...given, ...this.weights.values()]
    const step = (tensors: Tensor[]) => {
      const weights = new Map(names.map((name, i) => [name, tensors[given.length + i]]))
      const stepped = inputs.map((_, lane) =>
        oneStep(config, weights, tensors[0] as Tensor4D, tensors.slice(1 + lane * each, 1 + (lane + 1) * each)),
      )
      return [tf.concat(stepped.map(({ logits }) => logits)), ...stepped.flatMap(({ tail }) => flat(tail))]
    }
    const [logits, ...written] = compiled(`decode ${configKey(config)}`, all, step, this.sizes())
    tf.dispose([slot, ...inputs.flatMap(({ small, tail }) => [...small, ...tail])])
    const tails = paired(written)
    this.lanes.forEach((lane, i) => {
      lane.tail = tails.slice(i * config.layers, (i + 1) * config.layers)
    })
    this.tailLength++
    if (this.tailLength === TAIL) this.mergeTail()
    return take(logits)
  }

  /** Keeps only these rows, as many as can be spread evenly, in this order, and spreads them over the lanes anew. */
  keep(rows: number[]): void {
    const before = this.lanes
    const pads = before.flatMap((lane) => lane.pads)
    const cuts = lanes(rows.length).map(([from, count]) => rows.slice(from, from + count))
    this.lanes = cuts.map((own) => ({ pads: own.map((row) => pads[row]), past: [], tail: [] }))
    // a layer at a time, so that what is given up makes room for the next
    for (const stretch of ['past', 'tail'] as const) {
      for (let layer = 0; layer < this.config.layers; layer++) {
        const parts = before.map((lane) => lane[stretch][layer])
        const joined = {
          keys: tf.concat(parts.map(({ keys }) => keys)) as Tensor4D,
          values: tf.concat(parts.map(({ values }) => values)) as Tensor4D,
        }
        tf.dispose(flat(parts))
        for (const [lane, own] of cuts.entries()) this.lanes[lane][stretch].push(...gathered([joined], own))
        tf.dispose(flat([joined]))
      }
    }
  }

  dispose(): void {
    tf.dispose(this.lanes.flatMap(({ past, tail }) => [...flat(past), ...flat(tail)]))
    this.lanes = []
  }

  /** Rows of a lane, and length of the past. */
  private sizes(): Sizes {
    const { layers, kvHeads, headDim } = this.config
    const { lanes } = this
    const rows = lanes[0].pads.length
    const weights = [...this.weights.values()].map((t) => t.shape)
    return {
      now: [rows, this.pastLength],
      shapes([rows, past]) {
        const cache = (length: number) => new Array<number[]>(2 * layers).fill([rows, kvHeads, length, headDim])
        const turn = [rows, 1, 1, headDim]
        const lane = [[rows, 1], turn, turn, [rows, 1, 1, past + TAIL], ...cache(past), ...cache(TAIL)]
        return [[1, 1, TAIL, 1], ...lanes.flatMap(() => lane), ...weights]
      },
    }
  }

  /** What a row may see: not its padding, and of the tail only what is written. [rows, 1, 1, past + tail] */
  private bias(pads: number[]): Tensor {
    const length = this.pastLength + TAIL
    const data = new Float32Array(pads.length * length)
    pads.forEach((pad, i) => {
      data.fill(MASKED, i * length, i * length + pad)
      data.fill(MASKED, i * length + this.pastLength + this.tailLength + 1, (i + 1) * length)
    })
    return tf.tensor4d(data, [pads.length, 1, 1, length])
  }

  /** 1 where the tail's next token goes: [1, 1, TAIL, 1] */
  private slot(): Tensor {
    return tf.tensor4d(
      Float32Array.from({ length: TAIL }, (_, i) => (i === this.tailLength ? 1 : 0)),
      [1, 1, TAIL, 1],
    )
  }

  private mergeTail(): void {
    for (const lane of this.lanes) {
      lane.past.forEach((old, layer) => {
        const fresh = lane.tail[layer]
        lane.past[layer] = {
          keys: tf.concat([old.keys, fresh.keys], 2),
          values: tf.concat([old.values, fresh.values], 2),
        }
        tf.dispose(flat([old, fresh]))
      })
      lane.tail = this.emptyTail(lane.pads.length)
    }
    this.pastLength += TAIL
    this.tailLength = 0
  }

  private emptyTail(rows: number): KeyValues[] {
    const { kvHeads, headDim, layers } = this.config
    const empty = () => tf.zeros([rows, kvHeads, TAIL, headDim]) as Tensor4D
    return Array.from({ length: layers }, () => ({ keys: empty(), values: empty() }))
  }
}

/**
 * One lane's token. @param slot where the tail is written
 * @param given token ids, rotary tables and bias, then past and tail, keys and values in turn
 */
function oneStep(config: ModelConfig, weights: FusedWeights, slot: Tensor4D, given: Tensor[]) {
  const [ids, cos, sin, bias] = given as [Tensor2D, Tensor4D, Tensor4D, Tensor4D]
  const old = paired(given.slice(4, 4 + 2 * config.layers))
  const tail = paired(given.slice(4 + 2 * config.layers))
  const free = tf.sub(1, slot)
  const write = (tensor: Tensor4D, fresh: Tensor4D) => tf.add(tf.mul(tensor, free), tf.mul(fresh, slot)) as Tensor4D
  const memory: Memory = (layer, { keys, values }) => {
    tail[layer] = { keys: write(tail[layer].keys, keys), values: write(tail[layer].values, values) }
    return [old[layer], tail[layer]]
  }
  const h = hiddenStates(weights, ids, { config, rope: { cos, sin }, bias, memory })
  return { logits: logitsOf(weights, h.reshape([ids.shape[0], config.hidden]) as Tensor2D), tail }
}

const flat = (list: KeyValues[]): Tensor4D[] => list.flatMap(({ keys, values }) => [keys, values])

const paired = (tensors: Tensor[]): KeyValues[] =>
  Array.from({ length: tensors.length / 2 }, (_, i) => ({
    keys: tensors[2 * i] as Tensor4D,
    values: tensors[2 * i + 1] as Tensor4D,
  }))

/** These rows of each layer's keys and values. */
function gathered(list: KeyValues[], rows: number[]): KeyValues[] {
  const indices = tf.tensor1d(rows, 'int32')
  const result = list.map(({ keys, values }) => ({
    keys: tf.gather(keys, indices),
    values: tf.gather(values, indices),
  }))
  indices.dispose()
  return result
}

async function take(tensor: Tensor): Promise<Float32Array> {
  const data = (await tensor.data()) as Float32Array
  tensor.dispose()
  return data
}
