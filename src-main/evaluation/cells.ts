/** What the finished runs of a sweep's cell say together, and how it differs from the reference. */
import type { Estimate } from '../contract/evaluation.ts'
import type { Spread } from '../contract/sweep.ts'
import { mean } from './estimators.ts'
import { meanOverSeeds } from './seeds.ts'

/** A share by prompt, of one run: of its right answers, of words in another language. */
export type Outcomes = ReadonlyMap<string, number>

/** null without runs, or where they have no prompt in common. */
export function shareOf(runs: readonly Outcomes[]): Estimate | null {
  const rows = aligned(runs)
  return rows && meanOverSeeds(rows)
}

/**
 * b − a on the prompts that all have, seed by seed; null where they have no seed or no prompt in common.
 * @param a by seed, of the reference
 */
export function differenceOf(a: ReadonlyMap<number, Outcomes>, b: ReadonlyMap<number, Outcomes>): Estimate | null {
  const common = [...a.keys()].filter((seed) => b.has(seed))
  if (common.length === 0) return null
  const rows = aligned([...common.map((seed) => a.get(seed)!), ...common.map((seed) => b.get(seed)!)])
  if (!rows) return null
  const differences = common.map((_, i) => rows[common.length + i].map((value, p) => value - rows[i][p]))
  return meanOverSeeds(differences)
}

/** Each run's shares, on the prompts that all of them have. */
function aligned(runs: readonly Outcomes[]): number[][] | null {
  if (runs.length === 0) return null
  const prompts = [...runs[0].keys()].filter((prompt) => runs.every((run) => run.has(prompt)))
  return prompts.length === 0 ? null : runs.map((run) => prompts.map((prompt) => run.get(prompt)!))
}

/** null without a value. */
export function spreadOf(values: readonly (number | null | undefined)[]): Spread | null {
  const known = values.filter(
    (value): value is number => value !== null && value !== undefined && Number.isFinite(value),
  )
  return known.length === 0 ? null : { mean: mean(known), min: Math.min(...known), max: Math.max(...known) }
}

/** The mean at each step that all curves have; NaN and null are left out. */
export function meanCurve(curves: readonly { steps: readonly number[]; values: readonly (number | null)[] }[]): {
  steps: number[]
  values: (number | null)[]
} {
  const at = new Map<number, number[]>()
  for (const { steps, values } of curves)
    steps.forEach((step, i) => {
      const value = values[i]
      if (value !== null && Number.isFinite(value)) at.set(step, [...(at.get(step) ?? []), value])
    })
  const steps = [...at.keys()].filter((step) => at.get(step)!.length === curves.length).sort((a, b) => a - b)
  return { steps, values: steps.map((step) => mean(at.get(step)!)) }
}
