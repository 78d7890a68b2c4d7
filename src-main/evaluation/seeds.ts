/** A mean over runs that differ by their seed alone and were measured on the same prompts. */
import type { Estimate } from '../contract/evaluation.ts'
import { wilson } from '../contract/wilson.ts'
import { mean } from './estimators.ts'
import { t975 } from './student.ts'

/**
 * The mean with its 95 % interval where both the seeds and the prompts are draws out of many: the variance is that of the seeds' means over the
 * number of seeds, plus that of the prompts' means over the number of prompts. Both hold the chance of single answers, so the sum is a little
 * too large rather than too small. Quantile of Student's t with the degrees of freedom of Satterthwaite (1946). With one seed the interval is of the
 * prompts alone; where nothing varies it is Wilson's of as many prompts.
 * @param rows by seed, then prompt: shares of right answers, 0 to 1; or differences of such, −1 to 1
 */
export function meanOverSeeds(rows: readonly (readonly number[])[]): Estimate {
  const seeds = rows.map(mean)
  const prompts = rows[0].map((_, p) => mean(rows.map((row) => row[p])))
  const value = mean(seeds)
  const [least, most] = rows.some((row) => row.some((v) => v < 0)) ? [-1, 1] : [0, 1]
  const parts = [seeds, prompts].filter(({ length }) => length > 1)
  const variances = parts.map((of) => variance(of) / of.length)
  const whole = variances.reduce((sum, v) => sum + v, 0)
  if (whole === 0) {
    const [low, high] = wilson(Math.abs(value) * prompts.length, prompts.length)
    return value < 0 ? { value, low: -high, high: -low } : { value, low, high }
  }
  const df = whole ** 2 / parts.reduce((sum, of, i) => sum + variances[i] ** 2 / (of.length - 1), 0)
  const half = t975(df) * Math.sqrt(whole)
  return { value, low: Math.max(least, value - half), high: Math.min(most, value + half) }
}

/** n−1 in the denominator. */
function variance(values: readonly number[]): number {
  const centre = mean(values)
  return values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1)
}
