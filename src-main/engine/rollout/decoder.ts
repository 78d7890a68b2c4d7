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
import { lanes } from '../tensor/lanes.ts'
import type { Sizes } from '../tensor/recorder.ts'
import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tensor/tf.ts'

/** Tokens in the tail; prompts are padded to a multiple of half of it. */
const TAIL = 16
const PROMPT_STEP = 8

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
   * @returns logits after the prompt for every row, [prompts · groupSize · vocabulary]
   */
  async prefill(prompts: number[][], groupSize: number): Promise<Float32Array> {
    const { config } = this
    const width = Math.ceil(Math.max(...prompts.map((p) => p.length)) / PROMPT_STEP) * PROMPT_STEP
    const pads = prompts.map((p) => width - p.length)
    this.pastLength = width
    this.tailLength = 0
    const logits = tf.tidy(() => {
      const padded = prompts.map((p, i) => [...new Array<number>(pads[i]).fill(0), ...p])
      const positions = pads.map((pad) => Array.from({ length: width }, (_, i) => Math.max(0, i - pad)))
      const bias = pads.map((pad) => [
        Array.from({ length: width }, (_, q) =>
          Array.from({ length: width }, (_, k) => (k > q || k < pad ? MASKED : 0)),
        ),
      ])
      const promptOf = Array.from({ length: prompts.length * groupSize }, (_, i) => Math.floor(i / groupSize))
      const parts = lanes(promptOf.length).map(([from, count]) => promptOf.slice(from, from + count))
      this.lanes = parts.map((rows) => ({
        pads: rows.map((prompt) => pads[prompt]),
        past: [],
        tail: this.emptyTail(rows.length),
      }))
      for (const { tail } of this.lanes) for (const t of flat(tail)) tf.keep(t)
      // what is kept of a layer is picked at once, so that the rest of it can go
      const memory: Memory = (layer, fresh) => {
        parts.forEach((rows, lane) => {
          const [own] = gathered([fresh], rows)
          this.lanes[lane].past[layer] = { keys: tf.keep(own.keys), values: tf.keep(own.values) }
        })
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
      return tf.gather(logitsOf(this.weights, last), tf.tensor1d(promptOf, 'int32'))
    })
    return take(logits)
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

  /** Keeps only these rows, in this order, and spreads them over the lanes anew. */
  keep(rows: number[]): void {
    const before = this.lanes
    const pads = before.flatMap((lane) => lane.pads)
    const joined = (stretch: 'past' | 'tail') =>
      Array.from({ length: this.config.layers }, (_, layer) => ({
        keys: tf.concat(before.map((lane) => lane[stretch][layer].keys)) as Tensor4D,
        values: tf.concat(before.map((lane) => lane[stretch][layer].values)) as Tensor4D,
      }))
    const past = joined('past')
    const tail = joined('tail')
    this.lanes = lanes(rows.length).map(([from, count]) => {
      const own = rows.slice(from, from + count)
      return { pads: own.map((row) => pads[row]), past: gathered(past, own), tail: gathered(tail, own) }
    })
    tf.dispose([...flat(past), ...flat(tail), ...before.flatMap((lane) => [...flat(lane.past), ...flat(lane.tail)])])
  }

  dispose(): void {
    tf.dispose(this.lanes.flatMap(({ past, tail }) => [...flat(past), ...flat(tail)]))
    this.lanes = []
  }

  /** Rows of a lane, and length of the past; none where lanes differ in rows. */
  private sizes(): Sizes | undefined {
    const { layers, kvHeads, headDim } = this.config
    const [rows] = this.lanes.map(({ pads }) => pads.length)
    if (this.lanes.some(({ pads }) => pads.length !== rows)) return undefined
    const { lanes } = this
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
      const { past, tail } = lane
      lane.past = past.map(({ keys, values }, i) => ({
        keys: tf.concat([keys, tail[i].keys], 2),
        values: tf.concat([values, tail[i].values], 2),
      }))
      lane.tail = this.emptyTail(lane.pads.length)
      tf.dispose([...flat(past), ...flat(tail)])
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
