/** How found numbers are compared with expected ones: the one way, for `verify` and for the tests. */
import { type Tensor, tf } from '../tensor/tf.ts'

/** What is asked of every comparison. */
export const LIMIT = 1e-5

/**
 * Tensors whose largest expected entry is smaller than this are compared as if it were this large: float32 rounds what was summed up, not
 * what was left over. With the limit that is an absolute difference of 1e-9.
 */
const SMALL = 1e-4

export interface Comparison {
  /** What is compared: `loss`, `gradient`, … */
  kind: string
  /** The case, and the part of it. */
  where: string
  error: number
}

/**
 * Largest absolute difference over the largest absolute expected entry of the tensor. Entry by entry it would measure only how near an
 * entry happens to be to 0. NaN where a number is found to be NaN, infinity for a tensor of another size.
 */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let difference = 0
  let scale = SMALL
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i])
    if (!(d <= difference)) difference = d
    if (Number.isNaN(difference)) return difference
    scale = Math.max(scale, Math.abs(expected[i]))
  }
  return difference / scale
}

/** Collects what is to be compared; tensors are read, and disposed, at the end, as not every backend can be read at once. */
export class Comparisons {
  readonly #pending: {
    kind: string
    where: string
    actual: Tensor | ArrayLike<number>
    expected: ArrayLike<number>
  }[] = []

  add(kind: string, where: string, actual: Tensor | ArrayLike<number>, expected: ArrayLike<number>): void {
    // a hold of its own: the caller may dispose its tensor
    const held = 'dataSync' in actual ? tf.keep(tf.clone(actual)) : actual
    this.#pending.push({ kind, where, actual: held, expected })
  }

  async results(): Promise<Comparison[]> {
    const results: Comparison[] = []
    for (const { kind, where, actual, expected } of this.#pending.splice(0)) {
      const values = 'dataSync' in actual ? await actual.data() : actual
      if ('dataSync' in actual) actual.dispose()
      results.push({ kind, where, error: relativeError(values, expected) })
    }
    return results
  }
}
