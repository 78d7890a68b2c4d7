/** The clipped value loss (PPO as it is implemented; verl): Σ w · ½ max((V − R)², (clip(V, V_old ± ε) − R)²). */
import { type Scalar, type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'

/** All [rows, length]. */
export interface ValueInputs {
  /** Before the update. */
  old: Tensor2D
  returns: Tensor2D
  /** Share of each token in the loss, 0 where nothing counts. */
  weights: Tensor2D
}

/**
 * @param epsilon 0: without clipping
 * @returns `loss`, a scalar differentiable in the values, and `cut`, 1 where the clipped branch was the larger one and has no gradient
 */
export function valueLoss(
  values: Tensor2D,
  { old, returns, weights }: ValueInputs,
  epsilon: number,
): { loss: Scalar; cut: Tensor } {
  const cut = epsilon > 0 ? cutAt(values, old, returns, epsilon) : tf.zerosLike(values)
  const f = tf.customGrad((v, save) => {
    const error = tf.sub(v as Tensor, returns)
    const clipped = epsilon > 0 ? tf.sub(clip(v as Tensor, old, epsilon), returns) : error
    ;(save as (t: Tensor[]) => void)([tf.mul(weights, tf.mul(error, tf.sub(1, cut)))])
    return {
      value: tf.mul(tf.sum(tf.mul(weights, tf.maximum(tf.square(error), tf.square(clipped)))), 0.5),
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(saved[0], dy),
    }
  })
  return { loss: f(values) as Scalar, cut }
}

const clip = (values: Tensor, old: Tensor, epsilon: number) =>
  tf.minimum(tf.maximum(values, tf.sub(old, epsilon)), tf.add(old, epsilon))

function cutAt(values: Tensor, old: Tensor, returns: Tensor, epsilon: number): Tensor {
  const squared = (v: Tensor) => tf.square(tf.sub(v, returns))
  return tf.greater(squared(clip(values, old, epsilon)), squared(values)).toFloat()
}
