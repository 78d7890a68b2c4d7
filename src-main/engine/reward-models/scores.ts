/**
 * Scores of texts, and the gradient of any loss that is made of scores. Every row is scored at the end token that closes it.
 *
 * The gradient takes two passes: scores forward, then Σ cᵢ ∇rᵢ with cᵢ = ∂loss/∂rᵢ, which is a number by then. So a pair's two answers need not
 * lie in the same micro-batch, and what the loss is does not matter to what is compiled.
 */
import {
  addTo,
  type Batch,
  batchKey,
  batchOf,
  batchSizes,
  disposeBatch,
  finalStates,
  microBatches,
  overOutputs,
  perRow,
  rebatched,
  type Sequence,
} from '../model/batch.ts'
import { modelKey } from '../model/model.ts'
import { allParts, trainedParts, withParts } from '../model/scalar-head.ts'
import { fuse } from '../model/transformer.ts'
import { compiled } from '../tensor/compiled.ts'
import { lanes } from '../tensor/lanes.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { RewardModel } from './model.ts'

/** @param ends [rows, length − 1]: 1 where a row's end token stands @returns [rows, 1], differentiable in what is trained */
export function forwardScores(model: RewardModel, batch: Batch, ends: Tensor2D): Tensor2D {
  const fused = fuse(model)
  const { hidden } = model.config
  const parts = lanes(batch.rows, batch.lanes).map(([from, count]) => {
    const ids = tf.slice(batch.ids, [from, 0], [count, batch.length])
    const states = finalStates(model, { ...batch, ids }, fused)
    const seen = tf.slice(states, [0, 0, 0], [-1, batch.length - 1, -1])
    const own = tf.slice(ends, [from, 0], [count, batch.length - 1]).reshape([count, 1, batch.length - 1])
    const last = tf.matMul(own, seen).reshape([count, hidden]) as Tensor2D
    return tf.matMul(last, model.head.get('score.weight') as Tensor2D, false, true)
  })
  const scores = (parts.length === 1 ? parts[0] : tf.concat(parts, 0)) as Tensor2D
  const bias = model.head.get('score.bias')
  return bias ? (tf.add(scores, bias) as Tensor2D) : scores
}

/** A text ends with one token more than it is read to: what predicts it is where the score is taken. */
const endsOf = (rows: readonly Sequence[], batch: Batch) =>
  overOutputs(rows, batch.rows, batch.length, ({ ids }) => ids.map((_, i) => (i === ids.length - 1 ? 1 : 0)))

/** @returns a score for each sequence, in order */
export async function scoresOf(
  model: RewardModel,
  sequences: readonly Sequence[],
  microBatchTokens: number,
): Promise<number[]> {
  const scores = new Map<Sequence, number>()
  for (const rows of microBatches(sequences, microBatchTokens)) {
    const [values] = run(model, rows, undefined)
    const read = await values.data()
    values.dispose()
    rows.forEach((row, i) => {
      scores.set(row, read[i])
    })
  }
  return sequences.map((one) => scores.get(one)!)
}

/**
 * @param coefficients ∂loss/∂score of each sequence
 * @returns the gradient of the loss by name of what is trained; the caller's to dispose
 */
export function gradientOf(
  model: RewardModel,
  sequences: readonly Sequence[],
  coefficients: readonly number[],
  microBatchTokens: number,
): Map<string, Tensor> {
  const gradients = new Map<string, Tensor>()
  const of = new Map(sequences.map((one, i) => [one, coefficients[i]]))
  for (const rows of microBatches(sequences, microBatchTokens))
    addTo(
      gradients,
      [...trainedParts(model).keys()],
      run(
        model,
        rows,
        rows.map((row) => of.get(row)!),
      ),
    )
  return gradients
}

/** The scores [rows, 1] of a micro-batch; with coefficients the gradients of their weighted sum instead. */
function run(model: RewardModel, rows: readonly Sequence[], coefficients: number[] | undefined): Tensor[] {
  const batch = batchOf(rows)
  const all = allParts(model)
  const names = [...all.keys()]
  const trained = [...trainedParts(model).keys()]
  const rest = [endsOf(rows, batch), ...(coefficients ? [perRow(coefficients, batch.rows)] : [])]
  const given = [...all.values(), batch.ids, batch.targets, batch.mask, ...rest]
  const key = `${coefficients ? 'gradient of' : ''} scores of ${model.kind} ${batchKey(batch)} ${modelKey(model)}`
  const step = (tensors: Tensor[], sizes: readonly number[]) => {
    const [ids, targets, mask, ends, factors] = tensors.slice(names.length)
    const own = rebatched(batch, [ids, targets, mask], sizes)
    const parts = new Map(names.map((name, i) => [name, tensors[i]]))
    if (!factors) return [forwardScores(withParts(model, parts), own, ends as Tensor2D)]
    const weighted = (...moving: Tensor[]) => {
      const with_ = new Map([...parts, ...trained.map((name, i): [string, Tensor] => [name, moving[i]])])
      return tf.sum(tf.mul(forwardScores(withParts(model, with_), own, ends as Tensor2D), factors)) as never
    }
    return tf.grads(weighted)(trained.map((name) => parts.get(name)!))
  }
  const results = compiled(key, given, step, batchSizes(batch, [...all.values()], [batch.mask, ...rest]))
  tf.dispose(rest)
  disposeBatch(batch)
  return results
}
