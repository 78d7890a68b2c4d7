/** How long rollouts and updates take, from what was measured of them. */
import { attentionFlops, forwardFlops, passFlops, withReference } from './flops.ts'
import type { MeasuredSampling, MeasuredUpdate } from './measurement.ts'
import type { SamplingShape, Sizes } from './sizes.ts'
import type { RolloutWork, UpdateWork } from './workload.ts'

/** A multiplication with keys and values takes as long as this many with weights at the most: each has to be fetched for one row alone. */
const MOST_FOR_ATTENTION = 16

/** Seconds of what is sampled by a model, which is the measured one or a smaller or larger one. */
export type RolloutClock = (work: RolloutWork, of?: Sizes) => number
/** Seconds of what a model learns; `times` is how often the passes are meant. */
export type UpdateClock = (work: UpdateWork, of?: Sizes, times?: number) => number

/** Seconds of rollouts: reading takes a base and its operations, a decode step a base, its rows, and what they attend to. */
export function rolloutClock(sizes: Sizes, { batches }: MeasuredSampling): (work: RolloutWork) => number {
  const [small, broad, long] = batches
  const reading = (s: { prompts: number; promptLength: number }) =>
    forwardFlops(sizes, { rows: s.prompts, length: s.promptLength, firstOutput: s.promptLength - 2 })
  const perFlop = Math.max(0, slope(batches.map((b) => ({ x: reading(b), y: b.readingSeconds }))))
  const base = Math.max(0, small.readingSeconds - perFlop * reading(small))
  const attended = (s: SamplingShape) => s.rows * s.attended * attentionFlops(sizes)
  // of a past that is hardly longer the clock's noise would make a mountain; and a key and value take no more than so many weights
  const told = long.attended >= 1.5 * broad.attended
  const most = (MOST_FOR_ATTENTION * broad.stepSeconds) / (broad.rows * 2 * sizes.projections)
  const slowdown = (long.stepSeconds - broad.stepSeconds) / (attended(long) - attended(broad))
  const perAttended = told ? Math.min(Math.max(0, slowdown), most) : 0
  const rest = (s: (typeof batches)[number]) => Math.max(1e-5, s.stepSeconds - perAttended * attended(s))
  const perRow =
    broad.rows > small.rows
      ? Math.max(0, (rest(broad) - rest(small)) / (broad.rows - small.rows))
      : rest(small) / small.rows
  const still = Math.max(0, rest(broad) - perRow * broad.rows)
  return ({ prefills, decode }, of = sizes) => {
    let seconds = base
    for (const { prompts, length } of prefills) seconds += perFlop * reading({ prompts, promptLength: length })
    for (const { rows, past, steps } of decode)
      seconds += steps * (still + rows * (perRow + perAttended * past * attentionFlops(sizes)))
    return seconds * share(of, sizes)
  }
}

/** What another model's token takes of the measured one's. */
function share(of: Sizes, measured: Sizes): number {
  const one = (sizes: Sizes) => forwardFlops(sizes, { rows: 1, length: 64, firstOutput: 0 })
  return of === measured ? 1 : one(of) / one(measured)
}

/** Seconds of updates: a micro-batch takes a base and its operations. */
export function updateClock(sizes: Sizes, measured: MeasuredUpdate, checkpointing: boolean): UpdateClock {
  const points = measured.batches.map((b) => ({
    x: passFlops(sizes, b, measured.checkpointing, withReference(true)),
    y: b.seconds,
  }))
  const large = points[1]
  // at the most what the larger would take without a base
  const perFlop = Math.min(Math.max(slope(points), 0.5 * (large.y / large.x)), large.y / large.x)
  const base = large.y - perFlop * large.x
  const measuredModels = withReference(true).length
  return ({ passes, updates }, of = sizes, times = 1) => {
    let seconds = 0
    // a base is operations, which are as many in each layer
    const layers = of.config.layers / sizes.config.layers
    for (const { models, ...shape } of passes)
      seconds +=
        (base * layers * models.length) / measuredModels + perFlop * passFlops(of, shape, checkpointing, models)
    return times * seconds + updates * measured.optimizerSeconds * (of.trained / sizes.trained)
  }
}

/** Of the line through the first and the last point. */
function slope(points: { x: number; y: number }[]): number {
  const [a, b] = [points[0], points[points.length - 1]]
  return b.x > a.x ? (b.y - a.y) / (b.x - a.x) : b.y / b.x
}
