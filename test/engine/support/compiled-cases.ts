/** A function with its gradients, and inputs of several values and shapes, for whatever runs functions as graphs. */
import { type Tensor, type Tensor2D, tf } from '../../../src-main/engine/tensor/tf.ts'

export const table = (rows: number, columns: number, seed: number) =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + 3 * i)),
    [rows, columns],
  )

/** @param inputs [rows, 4] and [4, 6] @returns a value and its gradients */
export function softmaxOfProduct(inputs: Tensor[]): Tensor[] {
  const { value, grads } = tf.valueAndGrads(
    (x, y) => tf.sum(tf.square(tf.softmax(tf.matMul(x as Tensor2D, y as Tensor2D)))).add(tf.sum(tf.square(x))) as never,
  )(inputs)
  return [value as Tensor, ...grads]
}

/** The first shape comes again with other values, and after another shape. */
export const severalInputs = () =>
  [
    [3, 1],
    [3, 2],
    [5, 3],
    [3, 4],
  ].map(([rows, seed]) => [table(rows, 4, seed), table(4, 6, seed + 1)])
