/** 95 % intervals: of a proportion, of means over prompts, and of the difference of two that saw the same prompts. */
import type { Estimate } from '../contract/evaluation.ts'
import { wilson } from '../contract/wilson.ts'
import { randomAt } from '../engine/random.ts'
import { mean } from './estimators.ts'

/** Resamples of a bootstrap: its own noise is then a fiftieth of the interval's width. */
const RESAMPLES = 2000

/**
 * The mean of each row over prompts with its 95 % percentile interval (Efron 1979): prompts are drawn again with replacement, all rows
 * alike, as the samples of one prompt are no independent draws of the task. Where every prompt has the same share there is nothing to
 * resample, and the interval is Wilson's of as many prompts.
 * @param rows each of one value a prompt, all as long
 */
export function bootstrap(rows: readonly (readonly number[])[], seed = 0): Estimate[] {
  const means = resampledMeans(rows, seed)
  return rows.map((row, i) => {
    const [first] = row
    if (row.every((value) => value === first) && first >= 0 && first <= 1) {
      const [low, high] = wilson(first * row.length, row.length)
      return { value: first, low, high }
    }
    return { value: mean(row), ...percentiles(means[i]) }
  })
}

/**
 * The mean of b − a over prompts that both saw, with its 95 % interval by the paired bootstrap.
 * @param a one value a prompt, in the order of b
 */
export function pairedDifference(a: readonly number[], b: readonly number[], seed = 0): Estimate {
  const differences = b.map((value, i) => value - a[i])
  const [means] = resampledMeans([differences], seed)
  return { value: mean(differences), ...percentiles(means) }
}

function resampledMeans(rows: readonly (readonly number[])[], seed: number): Float64Array[] {
  const n = rows[0]?.length ?? 0
  const random = randomAt(seed, 'bootstrap')
  const means = rows.map(() => new Float64Array(RESAMPLES))
  const times = new Int32Array(n)
  for (let r = 0; r < RESAMPLES; r++) {
    times.fill(0)
    for (let i = 0; i < n; i++) times[random.integer(n)]++
    rows.forEach((row, m) => {
      let sum = 0
      for (let i = 0; i < n; i++) sum += times[i] * row[i]
      means[m][r] = sum / n
    })
  }
  return means
}

function percentiles(means: Float64Array): { low: number; high: number } {
  const sorted = means.toSorted()
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]
  return { low: at(0.025), high: at(0.975) }
}

/**
 * McNemar's exact test: the two-sided probability of discordant pairs at least as uneven, if both were as good (McNemar 1947, with the
 * binomial distribution in place of its approximation).
 * @param gained pairs that only the second has right
 * @param lost pairs that only the first has right
 */
export function mcNemar(gained: number, lost: number): number {
  const n = gained + lost
  let probability = 0
  // log of the binomial coefficient, as it overflows
  let choose = 0
  for (let i = 0; i <= Math.min(gained, lost); i++) {
    if (i > 0) choose += Math.log((n - i + 1) / i)
    probability += Math.exp(choose - n * Math.LN2)
  }
  return Math.min(1, 2 * probability)
}

/**
 * Two-sided probability of a mean difference at least as large if the sign of each prompt's difference were a matter of chance: the paired
 * randomisation test (Fisher 1935), by 10,000 draws of signs.
 */
export function signFlip(differences: readonly number[], seed = 0): number {
  const draws = 10_000
  const random = randomAt(seed, 'sign-flip')
  const moving = differences.filter((d) => d !== 0)
  const seen = Math.abs(moving.reduce((sum, d) => sum + d, 0)) - 1e-9
  let asLarge = 0
  for (let r = 0; r < draws; r++) {
    let sum = 0
    let bits = 0
    for (let i = 0; i < moving.length; i++) {
      if (i % 31 === 0) bits = Math.floor(random.next() * 2 ** 31)
      sum += bits & 1 ? moving[i] : -moving[i]
      bits >>= 1
    }
    if (Math.abs(sum) >= seen) asLarge++
  }
  return (asLarge + 1) / (draws + 1)
}
