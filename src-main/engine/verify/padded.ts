/** The model on a batch that is padded as transformers pads it, and the cross-entropy that it counts there. */
import type { ModelConfig } from '../model/config.ts'
import type { Model, Weights } from '../model/model.ts'
import { logProbOf } from '../model/operations.ts'
import { fuse, hiddenStates, logitsOf, MASKED, ropeOf } from '../model/transformer.ts'
import { type Scalar, type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { ModelCase } from './layout.ts'

/**
 * Logits of the batch as it is padded in the reference, left and right: [rows · length, vocabulary]. A padding token sees nothing, which
 * a softmax turns into seeing everything alike; the cross-entropy of the reference counts what one of them predicts.
 */
export function paddedLogits(config: ModelConfig, weights: Weights, m: ModelCase): Tensor2D {
  const length = m.input_ids[0].length
  const positions = m.attention_mask.map((row) => {
    let seen = 0
    return row.map((one) => {
      seen += one
      return Math.max(0, seen - 1)
    })
  })
  const bias = m.attention_mask.map((row) => [
    row.map((_, q) => row.map((visible, k) => (k > q || !visible ? MASKED : 0))),
  ])
  const fused = fuse({ config, weights })
  // torch keeps the embedding of padding as it is: here it is a row of its own, the same but constant
  const table = fused.get('embedding') as Tensor2D
  const constant = tf.customGrad((row) => ({
    value: tf.clone(row as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }))(tf.slice(table, [0, 0], [1, -1]))
  fused.set('embedding', tf.concat([table, constant], 0))
  const ids = m.input_ids.map((row, r) => row.map((id, i) => (m.attention_mask[r][i] ? id : config.vocabulary)))
  const tensor = tf.tensor2d(ids, undefined, 'int32')
  const hidden = hiddenStates(fused, tensor, { config, rope: ropeOf(config, positions), bias: tf.tensor4d(bias) })
  return logitsOf(fused, hidden.reshape([ids.length * length, config.hidden]) as Tensor2D)
}

/** Mean over all tokens after the first of each row that are not padding, as transformers counts them. */
export function crossEntropy(
  { config, weights }: Model,
  m: ModelCase,
): { loss: Tensor; gradients: Map<string, Tensor> } {
  const names = [...weights.keys()]
  const labels = m.input_ids.flatMap((row) => [...row.slice(1), 0])
  const counted = m.attention_mask.flatMap((row) => [...row.slice(1), 0])
  const count = counted.reduce((a, b) => a + b)
  const { value, grads } = tf.valueAndGrads((...tensors: Tensor[]) => {
    const logits = paddedLogits(config, new Map(names.map((n, i) => [n, tensors[i]])), m)
    const logProbs = logProbOf(logits, tf.tensor1d(labels, 'int32'), 1)
    return tf.div(tf.neg(tf.sum(tf.mul(logProbs, counted))), count) as Scalar
  })(names.map((n) => weights.get(n)!))
  return { loss: value, gradients: new Map(names.map((n, i) => [n, grads[i]])) }
}
