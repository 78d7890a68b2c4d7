/**
 * The KV cache of a batch and its one-token step. Past keys and values lie in two stretches: a long one that is not touched, and a short tail of
 * fixed size that new tokens are written into and that joins the long one when full; so that a token costs no copy of the past, and few shapes occur.
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
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tensor/tf.ts'

/** Tokens in the tail; prompts are padded to a multiple of half of it. */
const TAIL = 16
const PROMPT_STEP = 8

export class Decoder {
  private readonly config: ModelConfig
  private readonly weights: FusedWeights
  private past: KeyValues[] = []
  private tail: KeyValues[] = []
  /** Padding before each row's prompt. */
  private pads: number[] = []
  private pastLength = 0
  private tailLength = 0

  constructor(config: ModelConfig, weights: FusedWeights) {
    this.config = config
    this.weights = weights
  }

  get rows(): number {
    return this.pads.length
  }

  /**
   * Reads the prompts, each once for all samples of its group.
   * @returns logits after the prompt for every row, [prompts · groupSize · vocabulary]
   */
  async prefill(prompts: number[][], groupSize: number): Promise<Float32Array> {
    const { config } = this
    const width = Math.ceil(Math.max(...prompts.map((p) => p.length)) / PROMPT_STEP) * PROMPT_STEP
    const pads = prompts.map((p) => width - p.length)
    const logits = tf.tidy(() => {
      const padded = prompts.map((p, i) => [...new Array<number>(pads[i]).fill(0), ...p])
      const positions = pads.map((pad) => Array.from({ length: width }, (_, i) => Math.max(0, i - pad)))
      const bias = pads.map((pad) => [
        Array.from({ length: width }, (_, q) =>
          Array.from({ length: width }, (_, k) => (k > q || k < pad ? MASKED : 0)),
        ),
      ])
      const rows = tf.tensor1d(
        Int32Array.from({ length: prompts.length * groupSize }, (_, i) => Math.floor(i / groupSize)),
        'int32',
      )
      const memory: Memory = (layer, fresh) => {
        this.past[layer] = {
          keys: tf.keep(tf.gather(fresh.keys, rows)),
          values: tf.keep(tf.gather(fresh.values, rows)),
        }
        return [fresh]
      }
      const h = hiddenStates(this.weights, tf.tensor2d(padded, [prompts.length, width], 'int32'), {
        config,
        rope: ropeOf(config, positions),
        bias: tf.tensor4d(bias),
        memory,
        freeLayers: true,
      })
      const last = tf.slice(h, [0, width - 1, 0], [-1, 1, -1]).reshape([prompts.length, config.hidden]) as Tensor2D
      return tf.gather(logitsOf(this.weights, last), rows)
    })
    this.pads = pads.flatMap((pad) => new Array<number>(groupSize).fill(pad))
    this.pastLength = width
    this.clearTail()
    return take(logits)
  }

  /** One more token in every row. @returns logits, [rows · vocabulary] */
  async step(tokens: Int32Array): Promise<Float32Array> {
    const { config, rows, pads, past, tail, tailLength, pastLength } = this
    const names = [...this.weights.keys()]
    const at = pastLength + tailLength
    const rope = ropeOf(
      config,
      pads.map((pad) => [at - pad]),
    )
    const flat = (list: KeyValues[]) => list.flatMap(({ keys, values }) => [keys, values])
    const small = [tf.tensor2d(tokens, [rows, 1], 'int32'), rope.cos, rope.sin, this.bias(), this.slot()]
    const inputs = [...small, ...flat(past), ...flat(tail), ...this.weights.values()]
    const [logits, ...written] = compiled(`decode ${configKey(config)}`, inputs, (given) => {
      const [ids, cos, sin, bias, slot] = given as [Tensor2D, Tensor4D, Tensor4D, Tensor4D, Tensor4D]
      const paired = (from: number) =>
        Array.from({ length: config.layers }, (_, i) => ({
          keys: given[from + 2 * i] as Tensor4D,
          values: given[from + 2 * i + 1] as Tensor4D,
        }))
      const old = paired(small.length)
      const recent = paired(small.length + 2 * config.layers)
      const weights = new Map(names.map((name, i) => [name, given[small.length + 4 * config.layers + i]]))
      const free = tf.sub(1, slot)
      const write = (tensor: Tensor4D, fresh: Tensor4D) => tf.add(tf.mul(tensor, free), tf.mul(fresh, slot)) as Tensor4D
      const memory: Memory = (layer, fresh) => {
        recent[layer] = {
          keys: write(recent[layer].keys, fresh.keys),
          values: write(recent[layer].values, fresh.values),
        }
        return [old[layer], recent[layer]]
      }
      const h = hiddenStates(weights, ids, { config, rope: { cos, sin }, bias, memory })
      return [logitsOf(weights, h.reshape([rows, config.hidden]) as Tensor2D), ...flat(recent)]
    })
    tf.dispose([...small, ...flat(tail)])
    this.tail = tail.map((_, i) => ({ keys: written[2 * i] as Tensor4D, values: written[2 * i + 1] as Tensor4D }))
    this.tailLength++
    if (this.tailLength === TAIL) this.mergeTail()
    return take(logits)
  }

  /** Keeps only these rows, in this order. */
  keep(rows: number[]): void {
    const indices = tf.tensor1d(Int32Array.from(rows), 'int32')
    const kept = (list: KeyValues[]) => {
      const result = list.map(({ keys, values }) => ({
        keys: tf.gather(keys, indices),
        values: tf.gather(values, indices),
      }))
      disposeAll(list)
      return result
    }
    this.past = kept(this.past)
    this.tail = kept(this.tail)
    this.pads = rows.map((row) => this.pads[row])
    indices.dispose()
  }

  dispose(): void {
    disposeAll(this.past)
    disposeAll(this.tail)
  }

  /** What a row may see: not its padding, and of the tail only what is written. [rows, 1, 1, past + tail] */
  private bias(): Tensor {
    const length = this.pastLength + TAIL
    const data = new Float32Array(this.rows * length)
    this.pads.forEach((pad, i) => {
      data.fill(MASKED, i * length, i * length + pad)
      data.fill(MASKED, i * length + this.pastLength + this.tailLength + 1, (i + 1) * length)
    })
    return tf.tensor4d(data, [this.rows, 1, 1, length])
  }

  /** 1 where the tail's next token goes: [1, 1, TAIL, 1] */
  private slot(): Tensor {
    return tf.tensor4d(
      Float32Array.from({ length: TAIL }, (_, i) => (i === this.tailLength ? 1 : 0)),
      [1, 1, TAIL, 1],
    )
  }

  private mergeTail(): void {
    const merged = this.past.map(({ keys, values }, i) => ({
      keys: tf.concat([keys, this.tail[i].keys], 2),
      values: tf.concat([values, this.tail[i].values], 2),
    }))
    disposeAll(this.past)
    disposeAll(this.tail)
    this.past = merged
    this.pastLength += TAIL
    this.clearTail()
  }

  private clearTail(): void {
    const { kvHeads, headDim, layers } = this.config
    const empty = () => tf.zeros([this.rows, kvHeads, TAIL, headDim]) as Tensor4D
    this.tail = Array.from({ length: layers }, () => ({ keys: empty(), values: empty() }))
    this.tailLength = 0
  }
}

function disposeAll(list: KeyValues[]): void {
  for (const { keys, values } of list) tf.dispose([keys, values])
}

async function take(tensor: Tensor): Promise<Float32Array> {
  const data = (await tensor.data()) as Float32Array
  tensor.dispose()
  return data
}
