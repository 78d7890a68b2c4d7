/** Seconds of a step and of the whole run, from what was measured: see `TimeEstimate`. */

import type { StepSeconds, TimeEstimate } from '../../contract/estimate.ts'
import { plannedEvaluations } from '../../contract/evaluation-plan.ts'
import { generalKinds, type Recipe } from '../../contract/recipe.ts'
import { isSupervised, type Stage, sourcesOf, wayOf } from '../../contract/stages.ts'
import { type Random, randomAt } from '../random.ts'
import { EVALUATION_ROWS } from '../stages/evaluate.ts'
import { longestLimit } from '../start.ts'
import { MOST_GENERAL } from '../tasks/sets.ts'
import { rolloutClock, updateClock } from './clocks.ts'
import { drawn } from './lengths.ts'
import type { MeasuredSampling, MeasuredUpdate } from './measurement.ts'
import type { Situation } from './situation.ts'
import type { Sizes } from './sizes.ts'
import { type Clocks, exampleOf, repeated, type StageParts, stageClock } from './stage-time.ts'
import { type Answer, rolloutWork } from './workload.ts'

/** Prompts that are played through in an evaluation. */
const MOST_PROMPTS = 2048
/** Graphs that a run records: of the decoder, of an update, of the reference. */
const RECORDINGS = 2

export interface EarlierLengths {
  /** Ordinal of the run. */
  run: number
  /** Mean tokens of an answer in each stage; null where none are sampled. */
  means: (number | null)[]
}

/** @param parts of each stage */
export function timeOf(
  sizes: Sizes,
  situation: Situation,
  parts: readonly StageParts[],
  { update, sampling }: { update: MeasuredUpdate; sampling: MeasuredSampling },
  earlier: EarlierLengths | null,
): TimeEstimate {
  const { recipe, prompts } = situation
  const random = randomAt(recipe.seed, 'estimate')
  const clocks: Clocks = {
    rollout: rolloutClock(sizes, sampling),
    update: updateClock(sizes, update, recipe.gradientCheckpointing),
    prompts: prompts.map((ids) => ids.length),
    random,
  }
  const first: Pools = { judged: sampling.answers, general: sampling.answers }
  const answers = answersOf(recipe, parts, first, random)
  const stages = situation.stages.map(({ stage, settings }, i) => {
    const { maxCompletionTokens: limit } = settings
    const typical = drawn(mixed(stage, recipe, answers[i]), limit, earlier?.means[i] ?? null, random)
    const cut = { tokens: limit, finished: true }
    const clock = stageClock(clocks, stage, settings, parts[i], answers[i].judged)
    return { stage, draw: typical, typical: clock(typical), full: clock(() => cut, true) }
  })
  const evaluated = (prompts: number, samples: number, own: Sizes, lengthOf: () => Answer): number => {
    const chosen = repeated(clocks.prompts, Math.min(prompts, Math.ceil(MOST_PROMPTS / samples)))
    const outputs = chosen.map(() => Array.from({ length: samples }, lengthOf))
    return (prompts / chosen.length) * clocks.rollout(rolloutWork(chosen, outputs, EVALUATION_ROWS), own)
  }
  const limit = longestLimit(recipe)
  const general = generalKinds.some((kind) => (recipe.task?.[kind] ?? 0) > 0) ? MOST_GENERAL : 0
  const measuring = (of: 'typical' | 'full') =>
    plannedEvaluations(recipe).reduce((sum, { afterStep, stage, prompts, samples }) => {
      // the first one measures what there is before any stage
      const [pools, own] = afterStep === 0 ? [first, sizes] : [answers[stage], parts[stage].sizes]
      const draw = (pool: readonly Answer[]) =>
        of === 'full' ? () => ({ tokens: limit, finished: true }) : drawn(pool, limit, null, random)
      const others = general > 0 ? evaluated(general, samples, own, draw(pools.general)) : 0
      return sum + evaluated(prompts, samples, own, draw(pools.judged)) + others
    }, 0)
  const recorded = recordings(parts, situation) * update.recordingSeconds + sampling.recordingSeconds
  const whole = (of: 'typical' | 'full') =>
    stages.reduce((sum, { stage, ...s }) => sum + stage.steps * s[of].step.step + s[of].atEnd, recorded) + measuring(of)
  const reinforced = stages.filter(({ stage }) => stage.kind === 'grpo')
  const shown = reinforced.length > 0 ? reinforced : stages
  const over = (of: 'typical' | 'full') => mean(shown.map((s) => ({ weight: s.stage.steps, seconds: s[of].step })))
  const some = Array.from({ length: 256 }, shown[0].draw)
  return {
    typical: over('typical'),
    full: over('full'),
    stages: stages.map(({ stage, typical, full }) => ({
      name: stage.name,
      kind: stage.kind,
      steps: stage.steps,
      typical: typical.step.step,
      full: full.step.step,
    })),
    runSeconds: { typical: whole('typical'), full: whole('full') },
    meanLength: some.reduce((sum, { tokens }) => sum + tokens, 0) / some.length,
    lengths: earlier ? 'earlier-run' : 'sampled',
    ...(earlier && { earlierRun: earlier.run }),
    measuredOn: `${update.backend}, ${update.device}`,
  }
}

/** Answers to prompts that a rule judges, and to the others. */
interface Pools {
  judged: readonly Answer[]
  general: readonly Answer[]
}

/** What answers are like in each stage: those of the model at first, and after it was taught examples as those are. */
function answersOf({ stages }: Recipe, parts: readonly StageParts[], first: Pools, random: Random): Pools[] {
  const all: Pools[] = []
  let now = first
  stages.forEach((stage, i) => {
    const { lessons } = parts[i]
    if (lessons && isSupervised(stage)) {
      const collecting = sourcesOf(stage.data).flatMap((source) =>
        typeof source === 'object' && 'stage' in source ? [stages.findIndex(({ name }) => name === source.stage)] : [],
      )
      const collected = collecting.length > 0 ? all[collecting[0]].judged : now.judged
      const taught = (general: boolean): readonly Answer[] | null => {
        const sources = lessons.sources.filter((source) => (source.general ?? false) === general)
        if (sources.length === 0) return null
        const draw = exampleOf({ ...lessons, sources }, collected, [0], random)
        return Array.from({ length: LEARNT }, () => ({ tokens: draw()[0].output, finished: true }))
      }
      now = { judged: taught(false) ?? now.judged, general: taught(true) ?? now.general }
    }
    all.push(now)
  })
  return all
}

/** Answers to a stage's prompts, in the shares in which it has them. */
function mixed(stage: Stage, { task = {} }: Recipe, { judged, general }: Pools): readonly Answer[] {
  if ('domains' in stage && stage.domains && !stage.domains.includes('general')) return judged
  const weights = Object.entries(task).map(([kind, weight]) => [generalKinds.includes(kind as never), weight] as const)
  const of = (which: boolean) => weights.reduce((sum, [own, weight]) => sum + (own === which ? weight : 0), 0)
  const share = of(true) / Math.max(1e-9, of(true) + of(false))
  const generalCount = Math.round(share * LEARNT)
  return generalCount === 0 ? judged : [...repeated(general, generalCount), ...repeated(judged, LEARNT - generalCount)]
}

/** Lengths that stand for those of what was learned. */
const LEARNT = 64

/** Each kind that learns in its own way records graphs of its own, and so does another model. */
function recordings(parts: readonly StageParts[], { stages }: Situation): number {
  const ways = new Set(stages.map(({ stage: { kind } }, i) => `${wayOf(kind)} ${parts[i].sizes.parameters}`))
  const learning = [...ways].filter((way) => !/^(grpo|evaluate|rejection-sampling) /.test(way))
  return RECORDINGS * Number([...ways].some((way) => way.startsWith('grpo '))) + learning.length
}

function mean(steps: { weight: number; seconds: StepSeconds }[]): StepSeconds {
  const total = steps.reduce((sum, { weight }) => sum + weight, 0)
  const of = (name: keyof StepSeconds) => steps.reduce((sum, s) => sum + s.weight * s.seconds[name], 0) / total
  return { rollout: of('rollout'), update: of('update'), step: of('step') }
}
