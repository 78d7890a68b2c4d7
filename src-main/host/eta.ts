/** How long a run will still take: what each stage to come takes a step, and the evaluations on the way. */
import type { TimeEstimate } from '../contract/estimate.ts'
import { plannedEvaluations } from '../contract/evaluation-plan.ts'
import { type Recipe, settingsOfStages } from '../contract/recipe.ts'
import type { RunDetail } from '../contract/records.ts'
import { type StageKind, wayOf } from '../contract/stages.ts'

/** Steps that a stage's pace is averaged over: long enough to be calm, short enough to follow a changed token limit. */
const window = 20

export class Pace {
  /** What was estimated before the run. */
  readonly #expected: TimeEstimate['stages']
  /** Seconds of the newest steps of each stage. */
  readonly #seen = new Map<number, number[]>()
  /** Seconds for each output of the newest evaluation. */
  #perOutput = 0

  constructor(expected: TimeEstimate['stages'] = []) {
    this.#expected = expected
  }

  step(stage: number, seconds: number): void {
    if (!Number.isFinite(seconds)) return
    const seen = this.#seen.get(stage) ?? []
    seen.push(seconds)
    if (seen.length > window) seen.shift()
    this.#seen.set(stage, seen)
  }

  evaluation(seconds: number, outputs: number): void {
    if (Number.isFinite(seconds)) this.#perOutput = seconds / outputs
  }

  /** @returns seconds to the end; null before the first step, and while of most steps to come nothing is known */
  eta({ config, step, stage, totalSteps }: Pick<RunDetail, 'config' | 'step' | 'stage' | 'totalSteps'>): number | null {
    if (this.#seen.size === 0 || totalSteps === null) return null
    const later = config.stages.slice(stage + 1).reduce((sum, { steps }) => sum + steps, 0)
    // stages may have had more steps, or fewer, than were planned
    const stages = config.stages.map((own, i) => ({
      ...own,
      steps: i < stage ? 0 : i === stage ? totalSteps - later : own.steps,
    }))
    const left = stages.map(({ steps }, i) => (i === stage ? steps - step : steps))
    const pace = this.#paceOf(config)
    let [seconds, known, unknown] = [0, 0, 0]
    left.forEach((steps, i) => {
      const one = i < stage ? 0 : pace(i)
      if (one === null) unknown += steps
      else if (i >= stage) {
        known += steps
        seconds += steps * one
      }
    })
    if (unknown > known) return null
    const outputs = plannedEvaluations({ ...config, stages } as Recipe)
      .filter(({ afterStep }) => afterStep > step)
      .reduce((sum, { prompts, samples }) => sum + prompts * samples, 0)
    return seconds * (1 + unknown / Math.max(1, known)) + outputs * this.#perOutput
  }

  /**
   * Seconds a step: as the stage itself has had them, as was estimated, corrected by how far stages of its kind were off, or as stages of its kind
   * had them for each output or example; null where there is none of that.
   */
  #paceOf(config: Recipe): (stage: number) => number | null {
    const settings = settingsOfStages(config)
    const expectedOf = (i: number) => {
      const { name, kind } = config.stages[i]
      return this.#expected.find((one) => one.name === name && one.kind === kind)?.typical ?? null
    }
    const work = (i: number) => {
      const { promptsPerStep, groupSize } = settings[i]
      return promptsPerStep * (sampling.has(config.stages[i].kind) ? groupSize : 1)
    }
    const seen = [...this.#seen].map(([i, steps]) => ({
      i,
      seconds: steps.reduce((sum, s) => sum + s, 0) / steps.length,
    }))
    return (stage) => {
      const { kind } = config.stages[stage]
      if (kind === 'evaluate') return 0
      const own = seen.find(({ i }) => i === stage)
      if (own) return own.seconds
      const alike = seen.filter(({ i }) => wayOf(config.stages[i].kind) === wayOf(kind))
      const by = (weight: (i: number) => number) =>
        alike.reduce((sum, { seconds }) => sum + seconds, 0) / alike.reduce((sum, { i }) => sum + weight(i), 0)
      const expected = expectedOf(stage)
      if (alike.length === 0) return expected
      return expected !== null && alike.every(({ i }) => expectedOf(i) !== null)
        ? expected * by((i) => expectedOf(i)!)
        : work(stage) * by(work)
    }
  }
}

const sampling: ReadonlySet<StageKind> = new Set(['grpo', 'rejection-sampling'])
