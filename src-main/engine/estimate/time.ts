/** Seconds of a step and of the whole run, from what was measured: see `TimeEstimate`. */
import type { StepSeconds, TimeEstimate } from '../../contract/estimate.ts'
import type { Settings } from '../../contract/settings.ts'
import { type Random, randomAt } from '../random.ts'
import { EVALUATION_ROWS } from '../stages/evaluate.ts'
import { longestLimit } from '../start.ts'
import { attentionFlops, forwardFlops, passFlops, withReference } from './flops.ts'
import type { MeasuredSampling, MeasuredUpdate } from './measurement.ts'
import type { Situation } from './situation.ts'
import type { SamplingShape, Sizes } from './sizes.ts'
import { type Answer, type RolloutWork, rolloutWork, type UpdateWork, updateWork } from './workload.ts'

/** Steps that are played through: their lengths are drawn. */
const PLAYED = 8
/** Answers that are played through in a step. */
const MOST_ANSWERS = 2048
/** A multiplication with keys and values takes as long as this many with weights at the most: each has to be fetched for one row alone. */
const MOST_FOR_ATTENTION = 16
/** Graphs that a run records: of the decoder, of an update, of the reference. */
const RECORDINGS = 2

export interface EarlierLengths {
  /** Ordinal of the run. */
  run: number
  /** Mean tokens of an answer in each stage. */
  means: number[]
}

export function timeOf(
  sizes: Sizes,
  situation: Situation,
  { update, sampling }: { update: MeasuredUpdate; sampling: MeasuredSampling },
  earlier: EarlierLengths | null,
): TimeEstimate {
  const { recipe, stages, prompts } = situation
  const rollout = rolloutClock(sizes, sampling)
  const learning = updateClock(sizes, update, recipe.gradientCheckpointing)
  const random = randomAt(recipe.seed, 'estimate')
  const promptLengths = prompts.map((ids) => ids.length)

  const promptsOf = (count: number) => Array.from({ length: count }, (_, i) => promptLengths[i % promptLengths.length])

  const played = (settings: Settings, lengthOf: () => Answer): StepSeconds => {
    const { groupSize, promptsPerStep } = settings
    // of very many groups some stand for all
    const chosen = promptsOf(Math.min(promptsPerStep, Math.ceil(MOST_ANSWERS / groupSize)))
    const times = promptsPerStep / chosen.length
    const answers = chosen.map(() => Array.from({ length: groupSize }, lengthOf))
    const sampled = times * rollout(rolloutWork(chosen, answers))
    const learned = learning(updateWork(chosen, answers, settings, random), times)
    return { rollout: sampled, update: learned, step: sampled + learned }
  }
  const evaluated = (count: number, lengthOf: () => Answer): number => {
    const chosen = promptsOf(Math.min(count, MOST_ANSWERS))
    const answers = chosen.map(() => [lengthOf()])
    return (count / chosen.length) * rollout(rolloutWork(chosen, answers, EVALUATION_ROWS))
  }
  const full = stages.map(({ settings }) =>
    played(settings, () => ({ tokens: settings.maxCompletionTokens, finished: true })),
  )
  const draws = stages.map(({ settings }, i) =>
    drawn(sampling.answers, settings.maxCompletionTokens, earlier?.means[i] ?? null, random),
  )
  const typical = stages.map(({ settings }, i) =>
    mean(Array.from({ length: PLAYED }, () => played(settings, draws[i]))),
  )

  const limit = longestLimit(recipe)
  const total = stages.reduce((sum, { steps }) => sum + steps, 0)
  const between = recipe.evalEvery > 0 ? Math.max(0, Math.ceil(total / recipe.evalEvery) - 1) : 0
  const recorded = RECORDINGS * update.recordingSeconds + sampling.recordingSeconds
  const whole = (steps: StepSeconds[], lengthOf: () => Answer) =>
    stages.reduce((sum, stage, i) => sum + stage.steps * steps[i].step, recorded) +
    2 * evaluated(recipe.finalEvalPrompts, lengthOf) +
    between * evaluated(recipe.evalPrompts, lengthOf)
  const overStages = (steps: StepSeconds[]) =>
    mean(
      steps,
      stages.map(({ steps }) => steps),
    )
  const answers = Array.from({ length: 256 }, draws[0])
  return {
    typical: overStages(typical),
    full: overStages(full),
    runSeconds: {
      typical: whole(typical, draws[draws.length - 1]),
      full: whole(full, () => ({ tokens: limit, finished: true })),
    },
    meanLength: answers.reduce((sum, { tokens }) => sum + tokens, 0) / answers.length,
    lengths: earlier ? 'earlier-run' : 'sampled',
    ...(earlier && { earlierRun: earlier.run }),
    measuredOn: `${update.backend}, ${update.device}`,
  }
}

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
  return ({ prefills, decode }) => {
    let seconds = base
    for (const { prompts, length } of prefills) seconds += perFlop * reading({ prompts, promptLength: length })
    for (const { rows, past, steps } of decode)
      seconds += steps * (still + rows * (perRow + perAttended * past * attentionFlops(sizes)))
    return seconds
  }
}

/** Seconds of updates: a micro-batch takes a base and its operations. The clock's `times` is how often the passes are meant. */
export function updateClock(
  sizes: Sizes,
  measured: MeasuredUpdate,
  checkpointing: boolean,
): (work: UpdateWork, times?: number) => number {
  const points = measured.batches.map((b) => ({
    x: passFlops(sizes, b, measured.checkpointing, withReference(true)),
    y: b.seconds,
  }))
  const large = points[1]
  // at the most what the larger would take without a base
  const perFlop = Math.min(Math.max(slope(points), 0.5 * (large.y / large.x)), large.y / large.x)
  const base = large.y - perFlop * large.x
  const measuredModels = withReference(true).length
  return ({ passes, updates }, times = 1) => {
    let seconds = 0
    for (const { models, ...shape } of passes)
      seconds += (base * models.length) / measuredModels + perFlop * passFlops(sizes, shape, checkpointing, models)
    return times * seconds + updates * measured.optimizerSeconds
  }
}

/** Of the line through the first and the last point. */
function slope(points: { x: number; y: number }[]): number {
  const [a, b] = [points[0], points[points.length - 1]]
  return b.x > a.x ? (b.y - a.y) / (b.x - a.x) : b.y / b.x
}

/**
 * Lengths as they were sampled. Those that were cut while they were sampled go on as the others ended: with the same chance at every token.
 * @param mean brings them to this mean; null leaves them
 */
export function drawn(answers: readonly Answer[], limit: number, mean: number | null, random: Random): () => Answer {
  const tokens = answers.reduce((sum, a) => sum + a.tokens, 0)
  const ended = answers.filter((a) => a.finished).length
  const perToken = ended / tokens
  const wholeMean = perToken > 0 ? 1 / perToken : limit
  const factor = mean === null ? 1 : mean / Math.min(limit, wholeMean)
  return () => {
    const one = random.pick(answers)
    let length = one.tokens
    if (!one.finished) length += perToken > 0 ? -Math.log(1 - random.next()) / perToken : limit
    length = Math.max(1, Math.round(length * factor))
    return length < limit ? { tokens: length, finished: true } : { tokens: limit, finished: false }
  }
}

function mean(steps: StepSeconds[], weights = steps.map(() => 1)): StepSeconds {
  const total = weights.reduce((a, b) => a + b, 0)
  const of = (name: keyof StepSeconds) => steps.reduce((sum, s, i) => sum + weights[i] * s[name], 0) / total
  return { rollout: of('rollout'), update: of('update'), step: of('step') }
}
