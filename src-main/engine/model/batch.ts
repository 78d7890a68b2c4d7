/** Sequences as tensors: prompt and output side by side from position 0, padded on the right, where causal attention never looks. */
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { logProbOf } from './operations.ts'
import type { Policy } from './policy.ts'
import { causalBias, fuse, hiddenStates, logitsOf, ropeOf, type Weights } from './transformer.ts'

export interface Sequence {
  promptIds: readonly number[]
  /** What follows the prompt: the part that is learned from. */
  ids: readonly number[]
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
}

const sizeOf = (s: Sequence) => s.promptIds.length + s.ids.length

/** @param counts whether a row's output counts; all do by default */
export function batchOf<S extends Sequence>(sequences: readonly S[], counts: (s: S) => boolean = () => true): Batch {
  const rows = sequences.length
  const length = Math.max(...sequences.map(sizeOf))
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
    mask: overOutputs(sequences, length, (s) => (counts(s) ? 1 : 0)),
  }
}

/** Per-token values of the outputs at the positions that predict them, 0 elsewhere: [rows, length − 1]. */
export function overOutputs<S extends Sequence>(
  sequences: readonly S[],
  length: number,
  value: (s: S) => number | readonly number[],
): Tensor2D {
  const data = new Float32Array(sequences.length * (length - 1))
  sequences.forEach((s, r) => {
    const start = r * (length - 1) + s.promptIds.length - 1
    const v = value(s)
    if (typeof v === 'number') data.fill(v, start, start + s.ids.length)
    else data.set(v, start)
  })
  return tf.tensor2d(data, [sequences.length, length - 1])
}

/** Cuts sequences into micro-batches of similar length whose padded size stays within the limit (one row at least). */
export function microBatches<S extends Sequence>(sequences: readonly S[], maxTokens: number): S[][] {
  const sorted = [...sequences].sort((a, b) => sizeOf(b) - sizeOf(a))
  const batches: S[][] = []
  let width = 0
  for (const s of sorted) {
    const last = batches.at(-1)
    if (last && (last.length + 1) * width <= maxTokens) last.push(s)
    else {
      batches.push([s])
      width = sizeOf(s)
    }
  }
  return batches
}

/**
 * Log-probability of each next token under softmax(logits / temperature), differentiable in the weights.
 * @returns `logProbs` [rows, length − 1] and the flat `logits` [rows · (length − 1), vocabulary] that they come from
 */
export function nextTokenLogProbs({ config }: Policy, weights: Weights, batch: Batch, temperature: number) {
  const fused = fuse(config, weights)
  const positions = Array.from({ length: batch.length }, (_, i) => i)
  const hidden = hiddenStates(config, fused, batch.ids, ropeOf(config, [positions]), causalBias(batch.length))
  const predicting = tf.slice(hidden, [0, 0, 0], [-1, batch.length - 1, -1]).reshape([-1, config.hidden]) as Tensor2D
  const logits = logitsOf(fused, predicting)
  const logProbs = logProbOf(logits, batch.targets, temperature).reshape([batch.rows, batch.length - 1]) as Tensor2D
  return { logProbs, logits }
}

/**
 * Adds the gradient of a scalar loss over the policy's weights to `gradients`, to be called within tf.tidy.
 * @returns the loss; `logProbs` and `logits` of the forward pass, as constants
 */
export function accumulateGradient(
  policy: Policy,
  batch: Batch,
  temperature: number,
  gradients: Map<string, Tensor>,
  lossOf: (logProbs: Tensor2D) => Tensor,
) {
  const names = [...policy.weights.keys()]
  let kept: { logProbs: Tensor2D; logits: Tensor2D } | null = null
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
    const { logProbs, logits } = nextTokenLogProbs(
      policy,
      new Map(names.map((name, i) => [name, tensors[i]])),
      batch,
      temperature,
    )
    kept = { logProbs: tf.keep(logProbs), logits: tf.keep(logits) }
    return lossOf(logProbs) as never
  })(names.map((name) => policy.weights.get(name)!))
  names.forEach((name, i) => {
    const sum = gradients.get(name)
    gradients.set(name, tf.keep(sum ? tf.add(sum, grads[i]) : grads[i]))
    sum?.dispose()
  })
  return { loss: value as Tensor, ...kept! }
}
