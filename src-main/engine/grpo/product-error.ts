/** What bfloat16 products cost in precision: log-probabilities with them beside those of float32, same weights and tokens. */
import { batchOf, disposeBatch } from '../model/batch.ts'
import { trainedOf } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { compiling } from '../tensor/compiled.ts'
import type { Episode } from './episode.ts'
import { referenceLogProbs } from './micro-step.ts'

/** Answers that are looked at. */
const ENOUGH = 8

/** Mean and largest absolute difference a token of some of the answers, in nats; 0 without bfloat16 products. */
export async function productError(
  policy: Policy,
  episodes: readonly Episode[],
  temperature: number,
): Promise<{ mean: number; max: number }> {
  if (!compiling.bf16Products) return { mean: 0, max: 0 }
  const some = episodes.slice(0, ENOUGH)
  const batch = batchOf(some)
  const values = async (bf16Products: boolean) => {
    compiling.bf16Products = bf16Products
    const logProbs = referenceLogProbs(policy, trainedOf(policy), batch, temperature)
    compiling.bf16Products = true
    const found = (await logProbs.data()) as Float32Array
    logProbs.dispose()
    return found
  }
  const [rounded, exact] = [await values(true), await values(false)]
  const differences = some.flatMap((e, r) => {
    const start = r * (batch.length - 1) + e.promptIds.length - 1
    return e.ids.map((_, i) => Math.abs(rounded[start + i] - exact[start + i]))
  })
  disposeBatch(batch)
  return {
    mean: differences.reduce((sum, d) => sum + d, 0) / differences.length,
    max: differences.reduce((most, d) => Math.max(most, d), 0),
  }
}
