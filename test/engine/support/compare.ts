/** Comparison with reference numbers, which keeps the worst error of each kind. */
import { expect } from 'vitest'
import { type Tensor, tf } from '../../../src-main/engine/tensor/tf.ts'

const worst = new Map<string, number>()

/** Largest absolute difference over the largest absolute expected value; the plain difference where all expected values are 0. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    const d = Math.abs(actual[i] - expected[i])
    if (!(d <= difference)) difference = d // NaN stays
    scale = Math.max(scale, Math.abs(expected[i]))
  }
  return scale === 0 ? difference : difference / scale
}

/** @param kind what is compared, for the table of worst errors @param where names the case in the message of a failure */
export function expectClose(
  kind: string,
  where: string,
  actual: Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  limit = 1e-5,
): void {
  const values = 'dataSync' in actual ? actual.dataSync() : actual
  expect(values.length, `${where}: number of values`).toBe(expected.length)
  const error = relativeError(values, expected)
  const key = `${tf.getBackend()}: ${kind}`
  worst.set(key, Math.max(worst.get(key) ?? 0, error))
  expect(error, `${where}: relative error of the ${kind}`).toBeLessThan(limit)
}

/** With GRPO_STUDIO_SHOW_ERRORS=1 the worst errors are printed, one line a kind. */
export function showWorst(): void {
  if (!process.env.GRPO_STUDIO_SHOW_ERRORS) return
  for (const [key, error] of [...worst].sort()) console.log(`${key.padEnd(48)} ${error.toExponential(2)}`)
}
