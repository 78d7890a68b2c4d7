/** The table of what a token costs over batches and lengths, out of what `npm run bench -- flat` measured. */
import { table } from './markdown.ts'

interface Spread {
  median: number
  min: number
  max: number
}

/** Of a token. */
interface Cost {
  microseconds: Spread
  processorMicroseconds: Spread
}

/** As test/bench/flat.ts prints it. */
export interface FlatFigures {
  rounds: number
  graphs: number
  peakMiB: number
  cells: {
    batch: number
    length: number
    flopsPerToken: number
    rollout: Cost
    update: Cost
  }[]
}

export function flatFigureTable(figures: FlatFigures | undefined): string {
  const cost = ({ median, min, max }: Spread) => `${median.toFixed(0)} (${min.toFixed(0)} to ${max.toFixed(0)})`
  const rate = (spread: Spread, flops: number) => (flops / spread.median / 1000).toFixed(1)
  const none = 'not measured'
  return table(
    [
      'answers',
      'tokens each',
      'sampling, µs a token',
      'its processor time',
      'update, µs a token',
      'its processor time',
      'MFLOP a token',
      'sampling, GFLOP/s of a core',
      'update, GFLOP/s of a core',
    ],
    figures
      ? figures.cells.map((c) => [
          c.batch,
          c.length,
          cost(c.rollout.microseconds),
          cost(c.rollout.processorMicroseconds),
          cost(c.update.microseconds),
          cost(c.update.processorMicroseconds),
          (c.flopsPerToken / 1e6).toFixed(1),
          rate(c.rollout.processorMicroseconds, c.flopsPerToken),
          // the reference forward, the policy forward, and a gradient of twice that
          rate(c.update.processorMicroseconds, 4 * c.flopsPerToken),
        ])
      : [[none, none, none, none, none, none, none, none, none]],
  )
}
