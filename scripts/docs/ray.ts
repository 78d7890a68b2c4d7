/** The table of what `npm run bench -- ray` measured: the same recipe here and on a Ray cluster. */
import { table } from './markdown.ts'

interface Course {
  seed: number
  reward: number[]
  meanLength: number[]
  evaluations: { step: number; accuracy: number }[]
}

/** As test/bench/ray.ts prints it. */
export interface RayFigures {
  steps: number
  here: Course[]
  cluster: Course[]
}

/** Training steps that a row is a mean of. */
const WINDOW = 10
/** Standard errors of the difference within which two means agree. */
const WITHIN = 2

interface Row {
  label: string
  here: number[]
  cluster: number[]
  show: (value: number) => string
}

export function rayFigureTable(figures: RayFigures | undefined): string {
  return table(
    ['', 'here', 'cluster', 'difference', 'agree within'],
    groupsOf(figures).flatMap((rows) => {
      const bound = WITHIN * standardError(rows)
      return rows.map(({ label, here, cluster, show }) => {
        const difference = mean(cluster) - mean(here)
        const sign = difference < 0 ? '−' : '+'
        return [label, spread(here, show), spread(cluster, show), `${sign}${show(Math.abs(difference))}`, show(bound)]
      })
    }),
  )
}

/** Rows whose spread over seeds is taken together: one alone is known too badly from three. */
export function groupsOf(figures: RayFigures | undefined): Row[][] {
  if (!figures) return []
  const { here, cluster, steps } = figures
  const both = (pick: (course: Course) => number) => ({ here: here.map(pick), cluster: cluster.map(pick) })
  const windows = Array.from({ length: Math.floor(steps / WINDOW) }, (_, k) => k * WINDOW)
  const over = (name: 'reward' | 'meanLength', label: string, show: Row['show']) =>
    windows.map((from) => ({
      label: `${label}, steps ${from + 1}–${from + WINDOW}`,
      ...both((course) => mean(course[name].slice(from, from + WINDOW))),
      show,
    }))
  const measured = here[0].evaluations.map(({ step }) => step)
  return [
    over('reward', 'reward', (value) => value.toFixed(3)),
    over('meanLength', 'tokens of an output', (value) => value.toFixed(1)),
    measured.map((step) => ({
      label: `accuracy after step ${step}`,
      ...both(({ evaluations }) => evaluations.find((one) => one.step === step)?.accuracy ?? Number.NaN),
      show: (value) => `${(100 * value).toFixed(1)} %`,
    })),
  ]
}

/** Of the difference of two means, from the variance over seeds of all rows together. */
export function standardError(rows: readonly Pick<Row, 'here' | 'cluster'>[]): number {
  const of = (pick: (row: Pick<Row, 'here' | 'cluster'>) => number[]) =>
    mean(rows.map((row) => variance(pick(row)))) / pick(rows[0]).length
  return Math.sqrt(of(({ here }) => here) + of(({ cluster }) => cluster))
}

const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length

function variance(values: readonly number[]): number {
  const middle = mean(values)
  return values.reduce((sum, v) => sum + (v - middle) ** 2, 0) / (values.length - 1)
}

const spread = (values: readonly number[], show: Row['show']) =>
  `${show(mean(values))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`
