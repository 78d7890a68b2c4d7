/** Comparison with expected numbers, which keeps the worst error of each kind. */
import { expect } from 'vitest'
import { type Tensor, tf } from '../../../src-main/engine/tensor/tf.ts'
import { type Comparison, LIMIT, relativeError } from '../../../src-main/engine/verify/comparison.ts'

const worst = new Map<string, number>()

/** @param kind what is compared, for the table of worst errors @param where names the case in the message of a failure */
export function expectClose(
  kind: string,
  where: string,
  actual: Tensor | ArrayLike<number>,
  expected: ArrayLike<number>,
  limit = LIMIT,
): void {
  const values = 'dataSync' in actual ? actual.dataSync() : actual
  expect(values.length, `${where}: number of values`).toBe(expected.length)
  expectSmall({ kind, where, error: relativeError(values, expected) }, limit)
}

export function expectSmall({ kind, where, error }: Comparison, limit = LIMIT): void {
  const key = `${tf.getBackend()}: ${kind}`
  worst.set(key, Math.max(worst.get(key) ?? 0, error))
  expect(error, `${where}: relative error of the ${kind}`).toBeLessThanOrEqual(limit)
}

/** With GRPO_STUDIO_SHOW_ERRORS=1 the worst errors are printed, one line a kind. */
export function showWorst(): void {
  if (!process.env.GRPO_STUDIO_SHOW_ERRORS) return
  for (const [key, error] of [...worst].sort()) console.log(`${key.padEnd(56)} ${error.toExponential(2)}`)
}
