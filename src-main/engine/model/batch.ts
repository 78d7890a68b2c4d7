/** Sequences as tensors: prompt and output side by side from position 0, padded on the right, where causal attention never looks. */

import { compiled } from '../tensor/compiled.ts'
import { alike, laneCount, lanes } from '../tensor/lanes.ts'
import type { Sizes } from '../tensor/recorder.ts'
import { type Tensor, type Tensor2D, type Tensor3D, type Tensor4D, tf } from '../tensor/tf.ts'
import { type Foretold, foretold, predictions } from './head.ts'
import { frozenOf, type Model, modelKey, rebuilt, trainedOf } from './model.ts'
import { causalBias, type FusedWeights, fuse, hiddenStates, logitsOf, packedBias, ropeOf } from './transformer.ts'

export interface Sequence {
  promptIds: readonly number[]
  /** What follows the prompt: the part that is learned from. */
  ids: readonly number[]
  /** Of a packed row: what lies in it, one after another. Its own ids are those of all of them. */
  examples?: readonly Sequence[]
}

export interface Batch {
  rows: number
  /** Longest prompt + output of the batch. */
  length: number
  /** [rows, length] int32 */
  ids: Tensor2D
  /** [rows · (length − 1)]: the token after each position. */
  targets: Tensor
  /** [rows, length − 1]: 1 where that token belongs to an output that counts. */
  mask: Tensor2D
  /** [rows, length] int32, where rows are packed: at each position, where its example begins. */
  starts?: Tensor2D
  /** Positions before this one predict prompts alone, in every row. */
  firstOutput: number
  /** Rotary tables are made for so many positions. */
  positions: number
  /** Parts of the batch that are computed beside one another. */
  lanes: number
}

/** What a function that is compiled of a batch depends on besides its tensors and their sizes. */
export const batchKey = (batch: Batch) =>
  `${batch.positions} ${batch.lanes} ${batch.starts ? 'packed' : ''} ${hasSizes(batch) ? '' : sizesNow(batch)}`

/** What a function of a batch is given of it, in the order in which `rebatched` takes it. */
export const batchTensors = ({ ids, targets, mask, starts }: Batch): Tensor[] => [
  ids,
  targets,
  mask,
  ...(starts ? [starts] : []),
]

const sizesNow = ({ rows, length, lanes, firstOutput }: Batch) => [rows / lanes, length, firstOutput]

/** Not where lanes differ, or where one number a token could be one a row. */
const hasSizes = ({ rows, length, lanes }: Batch) => rows % lanes === 0 && length > 2

/**
 * The sizes of what is compiled of a batch: rows of a lane, length, and first output.
 * @param held inputs that do not depend on them, and come before the batch's ids and targets
 * @param rest inputs that come after: [rows, length], [rows, length − 1] or [rows, 1]
 */
export function batchSizes(batch: Batch, held: readonly Tensor[], rest: readonly Tensor[] = []): Sizes | undefined {
  if (!hasSizes(batch)) return undefined
  const { lanes } = batch
  const fixed = held.map((t) => t.shape)
  const widths = rest.map(({ shape: [, width] }) => (width === 1 ? 1 : width! - batch.length))
  return {
    now: sizesNow(batch),
    shapes([each, length]) {
      const rows = each * lanes
      const after = widths.map((width) => [rows, width === 1 ? 1 : length + width])
      return [...fixed, [rows, length], [rows * (length - 1)], ...after]
    },
  }
}

/** The batch of other tensors and sizes. */
export function rebatched(batch: Batch, [ids, targets, mask, starts]: Tensor[], sizes: readonly number[]): Batch {
  const [rows, length] = ids.shape
  const [, , firstOutput = batch.firstOutput] = sizes
  const own = { ids: ids as Tensor2D, targets, mask: mask as Tensor2D, starts: starts as Tensor2D | undefined }
  return { ...batch, rows, length, firstOutput, ...own }
}

/** Its prompt and what follows. */
export const sizeOf = (s: Lengths) => s.promptIds.length + s.ids.length

/** Lengths are rounded up to a multiple of this, so that few shapes occur and each is compiled once. */
const LENGTH_STEP = 16

/**
 * Rows are filled up to a power of two, and evenly for lanes, with empty ones, which count for nothing.
 * @param counts whether a row's output counts; all do by default, and of packed rows always
 * @param lengthStep what lengths are rounded up to: the size of the products, and so the last bits of a result, depend on it
 */
export function batchOf<S extends Sequence>(
  sequences: readonly S[],
  counts: (s: S) => boolean = () => true,
  lengthStep = LENGTH_STEP,
): Batch {
  const { rows, length, firstOutput } = shapeOf(sequences, lengthStep)
  const ids = new Int32Array(rows * length)
  const targets = new Int32Array(rows * (length - 1))
  sequences.forEach((s, r) => {
    const all = [...s.promptIds, ...s.ids]
    ids.set(all, r * length)
    targets.set(all.slice(1), r * (length - 1))
  })
  return {
    rows,
    length,
    ids: tf.tensor2d(ids, [rows, length], 'int32'),
    targets: tf.tensor1d(targets, 'int32'),
    mask: overOutputs(sequences, rows, length, (s) => (s.examples ? outputsWithin(s.examples) : counts(s) ? 1 : 0)),
    ...(sequences.some((s) => s.examples) && { starts: startsOf(sequences, rows, length) }),
    positions: Math.max(256, 2 ** Math.ceil(Math.log2(length))),
    lanes: laneCount(rows),
    firstOutput,
  }
}

/** Of what follows the first example's prompt in a packed row: 1 where it is an output, 0 where it is a prompt. */
const outputsWithin = (examples: readonly Sequence[]): number[] =>
  examples
    .flatMap(({ promptIds, ids }) => [...promptIds.map(() => 0), ...ids.map(() => 1)])
    .slice(examples[0].promptIds.length)

function startsOf(sequences: readonly Sequence[], rows: number, length: number): Tensor2D {
  const starts = new Int32Array(rows * length)
  sequences.forEach((s, r) => {
    let start = 0
    for (const example of s.examples ?? []) {
      starts.fill(start, r * length + start, (r + 1) * length)
      start += sizeOf(example)
    }
  })
  return tf.tensor2d(starts, [rows, length], 'int32')
}

/** The lengths of a sequence are all that the shape of its batch depends on. */
interface Lengths {
  promptIds: { length: number }
  ids: { length: number }
}

/** What batches of these sequences are compiled for, without making one. */
export function shapeOf(
  sequences: readonly Lengths[],
  lengthStep = LENGTH_STEP,
): Pick<Batch, 'rows' | 'length' | 'firstOutput'> {
  let [longest, shortestPrompt] = [0, Number.POSITIVE_INFINITY]
  for (const s of sequences) {
    longest = Math.max(longest, sizeOf(s))
    shortestPrompt = Math.min(shortestPrompt, s.promptIds.length)
  }
  return {
    rows: paddedRows(sequences.length),
    length: roundedUp(longest, lengthStep),
    // rounded, too, so that few of them occur
    firstOutput: Math.floor((shortestPrompt - 1) / lengthStep) * lengthStep,
  }
}

/** Rows of a batch of so many sequences, empty ones included. */
export const paddedRows = (sequences: number) => alike(2 ** Math.ceil(Math.log2(sequences)))

export const roundedUp = (n: number, step = LENGTH_STEP) => Math.ceil(n / step) * step

/** Per-token values of the outputs at the positions that predict them, 0 elsewhere: [rows, length − 1]. */
export function overOutputs<S extends Sequence>(
  sequences: readonly S[],
  rows: number,
  length: number,
  value: (s: S) => number | ArrayLike<number>,
): Tensor2D {
  const data = new Float32Array(rows * (length - 1))
  sequences.forEach((s, r) => {
    const start = r * (length - 1) + s.promptIds.length - 1
    const v = value(s)
    if (typeof v === 'number') data.fill(v, start, start + s.ids.length)
    else data.set(v, start)
  })
  return tf.tensor2d(data, [rows, length - 1])
}

/** Of values at every position, [rows · (length − 1)], those that predict each output's tokens. */
export function ofOutputs(sequences: readonly Sequence[], { length }: Batch, values: Float32Array): Float32Array[] {
  return sequences.map(({ promptIds, ids }, r) => {
    const start = r * (length - 1) + promptIds.length - 1
    return values.slice(start, start + ids.length)
  })
}

/** One value a row, 0 for empty rows: [rows, 1]. */
export function perRow(values: readonly number[], rows: number): Tensor2D {
  return tf.tensor2d(
    Array.from({ length: rows }, (_, i) => values[i] ?? 0),
    [rows, 1],
  )
}

/**
 * Cuts sequences into micro-batches of similar length, longest first, whose padded size stays within the limit (one row at least). All but the
 * last are a power of two of rows.
 */
export function microBatches<S extends Sequence>(sequences: readonly S[], maxTokens: number): S[][] {
  const sorted = [...sequences].sort((a, b) => sizeOf(b) - sizeOf(a))
  const batches: S[][] = []
  for (let from = 0; from < sorted.length; ) {
    const room = Math.max(1, Math.floor(maxTokens / roundedUp(sizeOf(sorted[from]))))
    const rows = 2 ** Math.floor(Math.log2(room))
    batches.push(sorted.slice(from, from + rows))
    from += rows
  }
  return batches
}

/** What the layers are given of a batch. */
type InputIds = Pick<Batch, 'ids' | 'length' | 'positions' | 'starts'>

/** Final hidden states of every position, normalised: [rows, length, hidden], differentiable in what is trained. */
export function finalStates(model: Model, batch: InputIds, fused = fuse(model)): Tensor3D {
  const { config, recomputeLayers } = model
  const { length, starts } = batch
  const table = ropeOf(config, [Array.from({ length: batch.positions }, (_, i) => i)])
  const used = (t: Tensor4D): Tensor4D => {
    if (!starts) return tf.slice(t, [0, 0, 0, 0], [1, 1, length, -1])
    const positions = tf.sub(tf.range(0, length, 1, 'int32'), starts)
    const rows = tf.gather(t.reshape([batch.positions, config.headDim]), positions as Tensor2D)
    return rows.reshape([-1, 1, length, config.headDim])
  }
  const rope = { cos: used(table.cos), sin: used(table.sin) }
  const bias = starts ? packedBias(starts) : causalBias(length)
  return hiddenStates(fused, batch.ids, { config, rope, bias, recomputeLayers })
}

/** Those whose next token is wanted, flat: [rows · (length − 1 − from), hidden]. */
function predictingStates(model: Model, batch: InputIds, from: number, fused: FusedWeights): Tensor2D {
  return tf
    .slice(finalStates(model, batch, fused), [0, from, 0], [-1, batch.length - 1 - from, -1])
    .reshape([-1, model.config.hidden]) as Tensor2D
}

/** Logits of each next token, flat: [rows · (length − 1), vocabulary], differentiable in what is trained. */
export function nextTokenLogits(model: Model, batch: InputIds): Tensor2D {
  const fused = fuse(model)
  return logitsOf(fused, predictingStates(model, batch, 0, fused))
}

/** What a loss sees of the forward pass: one number a token, [rows, length − 1] each, both differentiable in what is trained. */
export interface Forward {
  /** Log-probability of the next token under softmax(logits / temperature). */
  logProbs: Tensor2D
  /** Entropy of that distribution, in nats. */
  entropies: Tensor2D
}

/**
 * Each lane's predictions, joined. Both are 0 where every row is still in its prompt: with a large vocabulary and long prompts most of the work of
 * the head would be for those.
 */
export function nextTokenForward(model: Model, batch: Batch, temperature: number): Forward {
  return overNextTokens(model, batch, (hidden, head, targets) =>
    predictions(hidden, head, targets, temperature, !model.adapters),
  )
}

/** How well each next token was foretold, [rows, length − 1] each, without gradients; 0 as in `nextTokenForward`. */
export function nextTokenForetold(model: Model, batch: Batch): Record<keyof Foretold, Tensor2D> {
  return overNextTokens(model, batch, foretold)
}

function overNextTokens<K extends string>(
  model: Model,
  batch: Batch,
  read: (hidden: Tensor2D, head: Tensor2D, targets: Tensor) => Record<K, Tensor>,
): Record<K, Tensor2D> {
  const fused = fuse(model)
  const { firstOutput } = batch
  const width = batch.length - 1 - firstOutput
  const allTargets = tf.slice(batch.targets.reshape([batch.rows, -1]), [0, firstOutput], [-1, width])
  const parts = lanes(batch.rows, batch.lanes).map(([from, count]) => {
    const ofLane = (t: Tensor2D) => tf.slice(t, [from, 0], [count, batch.length])
    const own = { ids: ofLane(batch.ids), starts: batch.starts && ofLane(batch.starts) }
    const targets = tf.slice(allTargets, [from, 0], [count, width]).flatten()
    const hidden = predictingStates(model, { ...batch, ...own }, firstOutput, fused)
    return read(hidden, fused.get('head') as Tensor2D, targets)
  })
  const joined = (name: K) => {
    const all = tf.concat(parts.map((part) => part[name])).reshape([batch.rows, width]) as Tensor2D
    if (firstOutput === 0) return all
    return tf.pad(all, [
      [0, 0],
      [firstOutput, 0],
    ])
  }
  return Object.fromEntries((Object.keys(parts[0]) as K[]).map((name) => [name, joined(name)])) as Record<K, Tensor2D>
}

/** Log-probability of each next token under softmax(logits / temperature): [rows, length − 1], differentiable in what is trained. */
export function nextTokenLogProbs(model: Model, batch: Batch, temperature: number): Tensor2D {
  return nextTokenForward(model, batch, temperature).logProbs
}

/** The tensors beside the policy's weights that one micro-step depends on, all by name. */
export type StepInputs = Record<string, Tensor>

/**
 * Runs one micro-batch forward and backward, compiled where possible, and adds the gradient to the sum.
 * @param key names the loss and every number in it
 * @param inputs what the loss needs besides the batch
 * @param gradients the sum by weight; null: forward alone, for rows that are known to have no gradient
 * @param lossOf scalar, differentiable in log-probs and entropies
 * @param report further numbers of the same pass, stacked as one tensor
 * @returns the loss, then the reported numbers
 */
export async function accumulateGradient<I extends StepInputs>(
  key: string,
  model: Model,
  batch: Batch,
  temperature: number,
  inputs: I,
  gradients: Map<string, Tensor> | null,
  lossOf: (forward: Forward, batch: Batch, inputs: I) => Tensor,
  report: (forward: Forward, batch: Batch, inputs: I) => Tensor[] = () => [],
): Promise<number[]> {
  const trained = trainedOf(model)
  const frozen = frozenOf(model)
  const extra = Object.keys(inputs)
  const parts = [frozen, [...trained.values()], batchTensors(batch), Object.values(inputs)]
  const full = `${gradients ? key : `forward of ${key}`} ${temperature} ${batchKey(batch)} ${modelKey(model)}`
  const sizes = batchSizes(
    batch,
    [...frozen, ...trained.values()],
    [...batchTensors(batch).slice(2), ...Object.values(inputs)],
  )
  const step = (tensors: Tensor[], now: readonly number[]) => {
    let from = 0
    const [still, moving, batched, rest] = parts.map(({ length }) => {
      from += length
      return tensors.slice(from - length, from)
    })
    const own = rebatched(batch, batched, now)
    const ownInputs = Object.fromEntries(extra.map((name, i) => [name, rest[i]])) as I
    const forwardOf = (w: Tensor[]) => nextTokenForward(rebuilt(model, [...still, ...w]), own, temperature)
    if (!gradients) {
      const forward = forwardOf(moving)
      return [tf.stack([lossOf(forward, own, ownInputs), ...report(forward, own, ownInputs)])]
    }
    let forward: Forward | null = null
    const { value, grads } = tf.valueAndGrads((...w: Tensor[]) => {
      forward = forwardOf(w)
      tf.keep(forward.logProbs)
      tf.keep(forward.entropies)
      return lossOf(forward, own, ownInputs) as never
    })(moving)
    const all = tf.stack([value as Tensor, ...report(forward!, own, ownInputs)])
    tf.dispose([forward!.logProbs, forward!.entropies])
    return [all, ...grads]
  }
  const [statistics, ...grads] = compiled(full, parts.flat(), step, sizes)
  if (gradients) addTo(gradients, [...trained.keys()], grads)
  const numbers = [...(await statistics.data())]
  statistics.dispose()
  return numbers
}

export function addTo(gradients: Map<string, Tensor>, names: string[], more: Tensor[]): void {
  names.forEach((name, i) => {
    const sum = gradients.get(name)
    gradients.set(name, sum ? tf.add(sum, more[i]) : more[i])
    if (sum) tf.dispose([sum, more[i]])
  })
}

export function disposeBatch(batch: Batch): void {
  tf.dispose(batchTensors(batch))
}
